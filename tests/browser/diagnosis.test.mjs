// "Diagnosis": what was said with the mail server, without what is secret, to be copied for whoever helps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Kept } from './lib/kept.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 90_000;
const our = suite();

const dialog = (page) => page.getByRole('dialog', { name: 'Diagnosis' });

/** Opens the list of commands and does this one. */
async function command(page, name) {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find a command' }).fill(name);
  await page.keyboard.press('Enter');
}

test('a login that was refused can be looked at, copied and saved, and no password is in it', { timeout }, () =>
  visit(our.browser, our.bridge.url, { clean: false, context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async (page) => {
    const restante = new Restante(page);
    const { user } = our.world.mailbox('sample');
    await restante.submit({ port: our.world.pops_port, user, password: 'not-the-password' }, our.world.fingerprint);
    await page.getByRole('alert').getByRole('button', { name: 'Diagnosis' }).click();
    const dialogue = dialog(page).getByRole('region', { name: 'Dialogue' }).first();
    await dialogue.waitFor();
    const said = await dialogue.textContent();
    assert.match(said, /\d\d:\d\d:\d\dZ S: \+OK/);
    assert.match(said, /C: (AUTH [A-Z0-9-]+|PASS) \(secret\)/);
    assert.match(said, /S: -ERR/);
    await dialog(page).getByText(/TLS 1\.3/).filter({ visible: true }).first().waitFor();
    await dialog(page).getByText('The server refused user name or password.').filter({ visible: true }).first().waitFor();
    await dialog(page).getByRole('button', { name: 'Copy the report' }).click();
    await dialog(page).getByText('The report is copied.').waitFor();
    const report = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(report.includes('-ERR') && report.includes('TLS 1.3') && report.startsWith('Restante '), report);
    for (const secret of ['not-the-password', Buffer.from('not-the-password').toString('base64'), Buffer.from(`\0${user}\0not-the-password`).toString('base64')]) {
      assert.ok(!report.includes(secret), report);
    }
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog(page).getByRole('button', { name: 'Save the report' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), 'restante.txt');
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
  }));

test('in an open mailbox it is one of the commands, and shows why it was signed in as it was', { timeout }, () =>
  visit(our.browser, our.bridge.url, {}, async (page) => {
    const restante = new Restante(page);
    const { user, password } = our.world.mailbox('sample');
    await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
    await restante.list.focus();
    await command(page, 'Diagnosis');
    await dialog(page).getByText(/← (the strongest|as strong as any)/).first().waitFor();
    await dialog(page).getByText('fetching mail (POP3)').first().waitFor();
    // The keys of the mailbox wait meanwhile.
    const active = () => restante.list.getAttribute('aria-activedescendant');
    const before = await active();
    await page.keyboard.press('j');
    assert.equal(await active(), before);
  }));

test('mail that is kept has it too', { timeout }, () =>
  visit(our.browser, our.bridge.url, {}, async (page) => {
    const kept = new Kept(page);
    const { user, password, messages } = our.world.mailbox('sample');
    await kept.keep({ port: our.world.pops_port, user, password }, our.world.fingerprint, messages);
    await kept.list.focus();
    await command(page, 'Diagnosis');
    const dialogue = dialog(page).getByRole('region', { name: 'Dialogue' }).first();
    const said = await dialogue.textContent();
    assert.match(said, /C: RETR 1$/m);
    assert.match(said, /S: \([\d,]+ octets\)$/m);
  }));
