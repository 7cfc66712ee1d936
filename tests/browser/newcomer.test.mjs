// What somebody wants who sees the page for the first time, each from the empty page, by what can be read on it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Kept } from './lib/kept.mjs';
import { deliver, withdraw } from './lib/mail.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 90_000;
const our = suite();

const account = (name) => {
  const { user, password } = our.world.mailbox(name);
  return { port: our.world.pops_port, user, password };
};

/** A page that nobody has used yet. */
const atFirst = (use, options = {}) => visit(our.browser, our.bridge.url, options, (page, seen) => use(new Kept(page), page, seen));

/** The same, with the sample's mailbox open in a preview. */
const inMailbox = (use, options) => atFirst(async (restante, page, seen) => {
  await restante.open(account('sample'), our.world.fingerprint);
  await restante.settled();
  await use(restante, page, seen);
}, options);

test('reads the newest letter', { timeout }, () => inMailbox(async (restante) => {
  const subject = await restante.rows.first().locator('strong').textContent();
  await restante.rows.first().click();
  await restante.message.getByRole('heading', { name: subject }).waitFor();
}));

test('finds an old letter by its sender', { timeout }, () => inMailbox(async (restante) => {
  await restante.search.fill('Olsen');
  const found = restante.rows.filter({ hasText: 'Olsen Heating' });
  await found.first().waitFor();
  await found.first().click();
  await restante.message.getByRole('heading', { name: 'Your boiler service on Thursday' }).waitFor();
}));

test('saves an attachment', { timeout }, () => inMailbox(async (restante) => {
  await restante.read('Invoice for the windows');
  const { bytes } = await restante.download('invoice-0311.pdf');
  assert.equal(bytes.subarray(0, 5).toString(), '%PDF-', createHash('sha256').update(bytes).digest('hex'));
}));

test('finds out what is kept, before and after', { timeout }, () => atFirst(async (kept, page) => {
  await page.locator('summary').filter({ hasText: 'What happens to my mail?' }).click();
  await page.getByText(/none is deleted, none is marked, none is kept here/).waitFor();
  await kept.keep(account('sample'), our.world.fingerprint, our.world.mailbox('sample').messages);
  await page.getByText(/on this device$/).first().waitFor();
  await kept.folders.getByText(/kept here/).first().waitFor();
}));

test('prints a letter', { timeout }, () => inMailbox(async (restante, page) => {
  await restante.read('Invoice for the windows');
  await page.evaluate(() => { window.print = () => { window.printed = true; }; });
  await restante.list.focus();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Print');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => window.printed);
  await page.emulateMedia({ media: 'print' });
  await restante.message.getByRole('heading', { name: 'Invoice for the windows' }).waitFor();
  assert.equal(await restante.list.isVisible(), false, 'the list is on the paper');
}));

test('opens a second account beside the first', { timeout }, () => atFirst(async (kept, page) => {
  await kept.keep(account('sample'), our.world.fingerprint);
  await kept.button('Preview or add a mailbox').click();
  await kept.keep(account('hostile'), our.world.fingerprint);
  await kept.folders.getByText('mallory@postbox.example').first().waitFor();
  await kept.folders.getByText('robin@postbox.example').first().waitFor();
  await page.getByRole('treeitem', { name: 'All inboxes' }).waitFor();
}));

test('finds help', { timeout }, () => atFirst(async (restante, page) => {
  for (const question of ['POP3 or IMAP', 'password']) {
    const asked = page.locator('summary').filter({ hasText: new RegExp(question, 'i') }).first();
    await asked.click();
    const answer = asked.locator('xpath=following-sibling::p').first();
    await answer.waitFor();
    assert.ok((await answer.textContent()).length > 60);
  }
}));

test('switches to Spanish', { timeout }, () => atFirst(async (restante, page) => {
  await page.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'Español' });
  await page.getByRole('button', { name: 'Abrir buzón' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'es');
}));

test('checks for new mail', { timeout }, () => inMailbox(async (restante) => {
  const { maildir } = our.world.mailbox('sample');
  const name = await deliver(maildir, 'Come this minute');
  try {
    await restante.checkButton.click();
    await restante.rows.first().filter({ hasText: 'Come this minute' }).waitFor();
  } finally {
    await withdraw(maildir, [name]);
  }
}));

test('gets out and leaves nothing', { timeout }, () => atFirst(async (kept, page) => {
  await kept.keep(account('sample'), our.world.fingerprint, our.world.mailbox('sample').messages);
  await kept.button('Account settings').click();
  await kept.dialog.getByRole('button', { name: 'Remove this account…' }).click();
  await kept.dialog.getByRole('button', { name: 'Remove from this device' }).click();
  await kept.openButton.waitFor();
  await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistrations()).length === 0 && (await caches.keys()).length === 0);
  const left = await page.evaluate(async () => ({ local: Object.keys(localStorage), session: Object.keys(sessionStorage) }));
  assert.deepEqual({ ...left, cookies: await page.context().cookies() }, { local: [], session: [], cookies: [] });
  await page.reload();
  await kept.openButton.waitFor();
  assert.equal(await page.getByText(/is kept on this device/).count(), 0);
}));
