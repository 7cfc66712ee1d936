// Kept mail: kept, read and searched with nothing to reach, deleted and taken back, and what becomes of it on the server.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { inEachView, isAccessible } from './lib/axe.mjs';
import { VIEWS, visit, withFile } from './lib/browser.mjs';
import { Kept } from './lib/kept.mjs';
import { KEPT_STATES } from './lib/kept-states.mjs';
import { fingerprints } from './lib/mail.mjs';
import { Bridge } from './lib/programs.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 240_000;
const our = suite({ world: { crowd: true } });

const account = (name) => {
  const { user, password } = our.world.mailbox(name);
  return { port: our.world.pops_port, user, password };
};

/** A browser that keeps the mailbox of this name, and `use` of it. */
const withKept = (name, use, { context, clean = true, bridge = our.bridge } = {}) => visit(our.browser, bridge.url, { context, clean }, async (page, seen) => {
  const kept = new Kept(page);
  const { messages } = our.world.mailbox(name);
  await kept.keep(account(name), our.world.fingerprint, messages);
  await use(kept, page, seen);
});

test('kept mail opens, is read and is searched after a reload with the bridge gone, and the server lost nothing', { timeout }, async () => {
  const mailbox = our.world.mailbox('sample');
  const before = await fingerprints(mailbox.maildir);
  const bridge = await Bridge.serve({ ports: our.world.ports });
  try {
    await withKept('sample', async (kept, page) => {
      await kept.read('The key is under the blue pot');
      await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
      await bridge.end();
      await page.reload();
      await kept.folder('Inbox').waitFor();
      assert.equal(await kept.password.count(), 0, 'the form is not in the way');
      await kept.read('The key is under the blue pot');
      await kept.message.getByText('not the green one').waitFor();
      await kept.read('Five harbours worth the detour');
      await (await kept.mailFrame()).getByText('Skerry Point').first().waitFor();

      await kept.search.fill('harbours');
      await page.getByText('1 found', { exact: false }).waitFor();
      const found = kept.rows.first();
      assert.match(await found.innerText(), /Five harbours/);
      assert.ok(await found.locator('mark').filter({ hasText: /harbours/i }).count() > 0, 'what was found is not marked');
      await kept.search.fill('xyzzy-nothing');
      await page.getByText('Nothing found for').waitFor();
      await kept.search.press('Escape');
      await kept.has(mailbox.messages);
    }, { bridge, clean: false });
  } finally {
    await bridge.end();
  }
  assert.deepEqual(await fingerprints(mailbox.maildir), before);
});

test('deleting moves to Deleted, is taken back, and several are chosen by keyboard', { timeout }, () => withKept('sample', async (kept, page) => {
  const { messages } = our.world.mailbox('sample');
  await kept.read('The key is under the blue pot');
  await kept.button('Delete').click();
  await kept.has(messages - 1);
  assert.equal(await kept.message.count(), 0);
  assert.ok(await kept.list.evaluate((list) => list === document.activeElement), 'the keyboard is in the list');
  await kept.button('Undo').click();
  await kept.has(messages);

  await kept.list.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('3 chosen').waitFor();
  await page.keyboard.press('Delete');
  await kept.has(messages - 3);
  await kept.folder('Deleted').click();
  await kept.has(3);
  await kept.button('Empty Deleted').click();
  await kept.dialog.getByText('3 messages in Deleted').waitFor();
  await kept.dialog.getByRole('button', { name: 'Cancel' }).click();
  await kept.folder('Inbox').click();
  await page.keyboard.press('z');
  await kept.has(messages);

  // Everything at once, rows that nobody has seen included.
  await kept.list.focus();
  await page.keyboard.press('ControlOrMeta+A');
  await page.getByText(`${messages} chosen`).waitFor();
  await page.keyboard.press('e');
  await page.getByText('There is no mail here.').waitFor();
  await kept.folder('Archive').click();
  await kept.has(messages);
}));

test('messages are dragged into a folder: one, or all that are chosen, and that is taken back', { timeout }, () => withKept('sample', async (kept, page) => {
  const { messages } = our.world.mailbox('sample');
  const told = (words) => page.getByRole('status').filter({ hasText: words });
  const first = await kept.rows.first().locator('strong').textContent();
  await kept.rows.first().dragTo(kept.folder('Archive'));
  await told('moved to Archive').waitFor();
  await kept.has(messages - 1);
  await kept.folder('Archive').click();
  await kept.list.getByRole('option', { name: first }).waitFor();
  // Over the folder that it is in nothing happens, nor over what is no folder.
  await kept.rows.first().dragTo(kept.folder('Drafts'));
  await kept.rows.first().dragTo(kept.folder('Archive'));
  assert.equal(await page.locator('.folder.takes').count(), 0, 'the folders have forgotten it');
  await kept.has(1);
  await kept.folder('Inbox').click();
  await kept.has(messages - 1);
  await kept.rows.nth(0).click({ modifiers: ['Control'] });
  await kept.rows.nth(2).click({ modifiers: ['Control'] });
  await kept.rows.nth(2).dragTo(kept.folder('Archive'));
  await kept.has(messages - 3);
  await kept.button('Undo').click();
  await kept.has(messages - 1);
}));

test('stars and unread marks are told, filtered by, and set by keyboard', { timeout }, () => withKept('sample', async (kept, page) => {
  await kept.read('The key is under the blue pot');
  const row = kept.rows.filter({ hasText: 'The key is under the blue pot' });
  await row.and(page.locator('.seen')).waitFor();
  await kept.list.focus();
  await page.keyboard.press('s');
  await row.filter({ hasText: 'Starred' }).waitFor();
  await page.keyboard.press('u');
  await row.filter({ hasText: 'Unread' }).waitFor();
  await page.getByRole('combobox', { name: 'Filter' }).selectOption({ label: 'Starred' });
  await kept.has(1);
  await page.getByRole('combobox', { name: 'Filter' }).selectOption({ label: 'All' });
  await kept.has(our.world.mailbox('sample').messages);
}));

test('a backup has every message, and is taken in again', { timeout }, () => withKept('sample', async (kept, page) => {
  const { messages, maildir } = our.world.mailbox('sample');
  const [download] = await Promise.all([page.waitForEvent('download'), kept.button('Back up this account').click()]);
  assert.match(download.suggestedFilename(), /\d{4}-\d\d-\d\d\.mbox$/);
  const path = await download.path();
  const mbox = await readFile(path);
  assert.equal(mbox.toString('latin1').match(/^From /gm).length, messages);
  const one = await readFile(join(maildir, 'cur', (await readdir(join(maildir, 'cur')))[0]));
  assert.ok(mbox.length > one.length);
  await kept.button('Account settings').click();
  await withFile('back.mbox', mbox, async (back) => {
    await kept.dialog.getByLabel('Import').setInputFiles(back);
    await page.getByText(`${messages} messages taken into Archive`).waitFor();
  });
}));

test('two accounts have folders of their own and one inbox together', { timeout }, () => withKept('sample', async (kept, page) => {
  await kept.button('Preview or add a mailbox').click();
  await kept.button('Back to your mail').waitFor();
  const { messages } = our.world.mailbox('hostile');
  await kept.keep(account('hostile'), our.world.fingerprint, messages);
  assert.equal(await kept.folder('Inbox').count(), 2);
  await kept.folder('All inboxes').click();
  await kept.has(messages + our.world.mailbox('sample').messages);
  await kept.button('Check for new mail').click();
  await page.getByRole('dialog', { name: 'Sign in' }).getByRole('checkbox', { name: 'Keep the password on this device' }).waitFor();
}));

test('10,000 messages are kept, and the place where one reads stays while they come', { timeout }, () => visit(our.browser, our.bridge.url, {}, async (page) => {
  const kept = new Kept(page);
  await kept.keep(account('crowd'), our.world.fingerprint);
  await kept.status.filter({ hasText: /of 10,000/ }).waitFor();
  await kept.button('Pause').waitFor();
  await kept.has(10_000);
  await kept.scrollTo(0.5);
  await kept.settled();
  assert.ok(await kept.rows.count() < 200);
  await kept.search.fill('no. 4711');
  await page.getByText('best match first').waitFor();
  await kept.rows.filter({ hasText: /4711/ }).first().waitFor();
}));

// The last one with this mailbox: it leaves nothing of it on the server.
test('a policy that deletes says how much it would delete, and deletes it once that is agreed to', { timeout }, () => withKept('hostile', async (kept, page) => {
  const { maildir, messages } = our.world.mailbox('hostile');
  const left = async () => (await Promise.all(['cur', 'new'].map((folder) => readdir(join(maildir, folder))))).flat().length;
  await kept.button('Account settings').click();
  const group = kept.dialog.getByRole('radiogroup', { name: 'On the server' });
  for (const name of ['Leave', 'Delete after', 'Delete when deleted here', 'Delete once kept', 'Headers only']) {
    await group.getByRole('radio', { name, exact: true }).waitFor();
  }
  assert.ok(await group.getByRole('radio', { name: 'Leave', exact: true }).isChecked());
  await group.getByRole('radio', { name: 'Delete once kept', exact: true }).check();
  await kept.dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await kept.dialog.getByText(`delete ${messages} message`).waitFor();
  await kept.dialog.getByRole('button', { name: 'No, change nothing' }).click();
  await kept.button('Account settings').click();
  assert.ok(await group.getByRole('radio', { name: 'Leave', exact: true }).isChecked());
  await group.getByRole('radio', { name: 'Delete once kept', exact: true }).check();
  await kept.dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await kept.dialog.getByRole('button', { name: 'Yes, delete on the server' }).click();
  assert.equal(await left(), messages);
  await kept.button('Check for new mail').click();
  const end = Date.now() + 30_000;
  while (await left() > 0 && Date.now() < end) await page.waitForTimeout(200);
  assert.equal(await left(), 0);
  await kept.has(messages);
}));

test('axe finds nothing in kept mail', { timeout: 600_000 }, (t) => withKept('sample', async (kept, page) => {
  for (const [name, reach] of Object.entries(KEPT_STATES)) {
    await t.test(name, async () => {
      // What is kept is there again, and nothing of the former state but a message in Deleted and a draft.
      await page.setViewportSize(VIEWS.wide.viewport);
      await page.reload();
      await kept.rows.first().waitFor();
      await reach(kept, page);
      await inEachView(page, async (view) => {
        // They are behind a button on a phone.
        if (name === 'folders') await reach(kept, page);
        await isAccessible(page, view);
      });
    });
  }
}));
