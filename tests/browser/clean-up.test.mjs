// Deleting on the server in a preview: what was marked goes when the mailbox is closed, and nothing else ever does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { deliver, fingerprints, whereabouts, withdraw } from './lib/mail.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 120_000;
const our = suite();

/** Delivers three messages to the sample and opens it; what is left of them is taken out afterwards. */
async function withThree(use) {
  const { user, password, maildir } = our.world.mailbox('sample');
  const names = [];
  try {
    for (const subject of ['Old offer', 'Older offer', 'Oldest offer']) names.push(await deliver(maildir, subject));
    await visit(our.browser, our.bridge.url, { clean: false }, async (page) => {
      const restante = new Restante(page);
      await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
      await restante.settled();
      await use(restante, page, { maildir, names });
    });
  } finally {
    await withdraw(maildir, names);
  }
}

const hashes = async (maildir) => Object.values(await fingerprints(maildir)).sort();
const doomed = (restante) => restante.list.getByRole('option', { name: /to be deleted/ });

/** Chooses rows with Control, and says yes to their deletion. */
async function mark(restante, subjects) {
  for (const subject of subjects) await (await restante.row(subject)).click({ modifiers: ['ControlOrMeta'] });
  await restante.deleteButton.click();
  const dialog = restante.page.getByRole('dialog', { name: 'Delete on the server?' });
  await dialog.getByText(new RegExp(`^${subjects.length} message`)).first().waitFor();
  await dialog.getByRole('button', { name: /^Delete \d+ message/ }).click();
  await dialog.waitFor({ state: 'hidden' });
}

test('what was marked is deleted when the mailbox is closed, and neither before nor anything else', { timeout }, () =>
  withThree(async (restante, page, { maildir, names }) => {
    const before = await hashes(maildir);
    await mark(restante, ['Old offer', 'Older offer', 'Oldest offer']);
    await restante.status.filter({ hasText: '3 messages to be deleted when you close the mailbox.' }).waitFor();
    await doomed(restante).nth(2).waitFor();
    assert.equal(await doomed(restante).count(), 3);
    const line = await doomed(restante).first().locator('strong').evaluate((subject) => getComputedStyle(subject).textDecorationLine);
    assert.equal(line, 'line-through');

    // One of them is to stay after all.
    await (await restante.row('Older offer')).click({ modifiers: ['ControlOrMeta'] });
    await page.getByRole('toolbar', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).click();
    await restante.status.filter({ hasText: '1 message stays on the server.' }).waitFor();
    await doomed(restante).nth(2).waitFor({ state: 'detached' });
    assert.equal(await doomed(restante).count(), 2);

    // New mail is asked for in a new session, and the marks stay on their messages.
    names.push(await deliver(maildir, 'Come meanwhile'));
    await restante.checkButton.click();
    await restante.status.filter({ hasText: '1 new message.' }).waitFor();
    assert.deepEqual(await doomed(restante).locator('strong').allInnerTexts(), ['Oldest offer', 'Old offer']);
    assert.equal((await hashes(maildir)).length, before.length + 1, 'something was deleted before the mailbox was closed');

    await restante.close();
    await restante.status.filter({ hasText: '2 messages were deleted on the server.' }).waitFor();
    assert.equal(await whereabouts(maildir, names[0]), undefined);
    assert.equal(await whereabouts(maildir, names[2]), undefined);
    assert.ok(await whereabouts(maildir, names[1]), 'what was taken back');
    assert.equal((await hashes(maildir)).filter((hash) => before.includes(hash)).length, before.length - 2);

    // And it is said once.
    const { user, password } = our.world.mailbox('sample');
    await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
    await restante.close();
    assert.equal(await page.getByText('deleted on the server').count(), 0);
  }));

test('without a mouse: choose, delete, say no, say yes, undo', { timeout }, () =>
  withThree(async (restante, page, { maildir }) => {
    const before = await hashes(maildir);
    await restante.list.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('x');
    await page.keyboard.press('Shift+ArrowDown');
    await restante.status.filter({ hasText: '2 chosen' }).waitFor();
    await page.keyboard.press('Delete');
    const dialog = page.getByRole('dialog', { name: 'Delete on the server?' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await doomed(restante).count(), 0);
    await restante.status.filter({ hasText: '2 chosen' }).waitFor();
    await restante.list.focus();
    await page.keyboard.press('Delete');
    await dialog.getByRole('button', { name: 'Delete 2 messages' }).focus();
    await page.keyboard.press('Enter');
    await doomed(restante).nth(1).waitFor();
    const undo = page.getByRole('toolbar', { name: 'Messages' }).getByRole('button', { name: 'Undo' });
    await undo.focus();
    await page.keyboard.press('Enter');
    await doomed(restante).first().waitFor({ state: 'detached' });
    await restante.close();
    assert.equal(await page.getByText('deleted on the server').count(), 0);
    assert.deepEqual(await hashes(maildir), before);
  }));

test('a page that goes asks first, and sends nothing', { timeout }, () =>
  withThree(async (restante, page, { maildir }) => {
    const before = await hashes(maildir);
    const asked = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      return dialog.accept();
    });
    await page.reload();
    await restante.openButton.waitFor();
    assert.deepEqual(asked, ['beforeunload'], 'a preview is gone with its page');
    await restante.server.fill('pop.example.org');
    await page.reload();
    await restante.openButton.waitFor();
    assert.deepEqual(asked.splice(0), ['beforeunload'], 'a form is nothing to lose');
    const { user, password } = our.world.mailbox('sample');
    await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
    await restante.settled();
    await mark(restante, ['Old offer']);
    await doomed(restante).first().waitFor();
    await page.reload();
    await restante.openButton.waitFor();
    assert.deepEqual(asked, ['beforeunload']);
    // The server ends the session that was left, and the maildrop is free again.
    await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
    await restante.settled();
    assert.equal(await doomed(restante).count(), 0);
    await restante.close();
    assert.deepEqual(await hashes(maildir), before);
  }));
