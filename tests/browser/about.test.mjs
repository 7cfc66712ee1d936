// "About this page": its fingerprint, and how its files compare with their list.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 60_000;
const our = suite();

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

const withAbout = (use, options = {}) => visit(our.browser, our.bridge.url, options, async (page) => {
  await use(page, async () => {
    await page.getByRole('button', { name: 'About this page' }).click();
    return page.getByRole('dialog', { name: 'About this page' });
  });
});

test('the page shows its fingerprint, and all its files are as listed', { timeout }, () => withAbout(async (page, about) => {
  const list = await (await fetch(`${our.bridge.url}SHA256SUMS`)).text();
  const dialog = await about();
  const files = list.trim().split('\n');
  assert.ok(files.length > 10, list);
  await dialog.getByText(`${files.length} of ${files.length} files are as listed`).waitFor();
  assert.ok((await dialog.innerText()).replace(/\s/g, '').includes(sha256(list)), 'the fingerprint is that of the list');
  await dialog.getByText('The files', { exact: true }).click();
  assert.equal(await dialog.getByText('as listed', { exact: true }).count(), files.length);
  assert.match(await dialog.innerText(), /can lie here too[^]*restante page --verify http/);
}));

test('a file that is not as listed is named', { timeout }, () => withAbout(async (page, about) => {
  const list = await (await fetch(`${our.bridge.url}SHA256SUMS`)).text();
  const other = list.replace(/^[0-9a-f]{64}(?=  index\.html$)/m, sha256('another page'));
  assert.notEqual(other, list);
  await page.route('**/SHA256SUMS', (route) => route.fulfill({ body: other }));
  const dialog = await about();
  await dialog.getByText(/^Only \d+ of \d+ files are as listed/).waitFor();
  await dialog.getByText('The files', { exact: true }).click();
  await dialog.getByRole('listitem').filter({ hasText: 'index.html' }).getByText('different').waitFor();
}));

test('without a list the page says so', { timeout }, () => withAbout(async (page, about) => {
  await page.route('**/SHA256SUMS', (route) => route.fulfill({ status: 404 }));
  await (await about()).getByText('serves no list of the page').waitFor();
}, { clean: false }));

test('it opens and shuts without a mouse, from the form and from the mailbox', { timeout }, () => withAbout(async (page) => {
  const button = page.getByRole('button', { name: 'About this page' }).first();
  const dialog = page.getByRole('dialog', { name: 'About this page' });
  const byKeyboard = async () => {
    await button.focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.ok(await button.evaluate((node) => node === document.activeElement), 'the focus is where it was');
  };
  await byKeyboard();
  const restante = new Restante(page);
  const { user, password } = our.world.mailbox('sample');
  await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
  await byKeyboard();
  await restante.list.waitFor();
}));
