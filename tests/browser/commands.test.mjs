// Commands: found by name and done, their keys looked up and changed, all without a mouse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAccessible } from './lib/axe.mjs';
import { inPreview, suite } from './lib/suite.mjs';
import { demonstrated } from './lib/writer.mjs';

const timeout = 120_000;
const our = suite();

test('a command is found by the beginnings of its words, and done', { timeout }, () => inPreview(our, 'sample', async (restante, page) => {
  await restante.settled();
  await restante.rows.first().focus();
  await page.keyboard.press('Control+k');
  const find = page.getByRole('combobox', { name: 'Find a command' });
  await find.and(page.locator(':focus')).waitFor();
  const options = page.getByRole('listbox', { name: 'Commands' }).getByRole('option');
  assert.ok(await options.count() > 15);
  await isAccessible(page);
  // The last one is in sight once it is chosen.
  await page.keyboard.press('ArrowUp');
  const box = await page.getByRole('listbox', { name: 'Commands' }).boundingBox();
  const last = await page.getByRole('option', { selected: true }).boundingBox();
  assert.ok(last.y >= box.y && last.y + last.height <= box.y + box.height + 1, JSON.stringify({ box, last }));
  await page.keyboard.type('zeppelin');
  await page.getByText('No command is called that.').waitFor();
  await find.fill('mes ne');
  assert.deepEqual((await options.allTextContents()).sort(), ['Next message in the listj', 'Read next messagen']);
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.getByRole('option', { selected: true }).filter({ hasText: 'Read next message' }).count(), 1);
  await page.keyboard.press('Enter');
  await restante.message.waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.keyboard.press('Control+k');
  await find.fill('path');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Path and certificate' }).waitFor();
  await page.keyboard.press('Escape');
  // What only mail that is kept can do is not offered.
  await page.keyboard.press('Control+k');
  await find.fill('archive');
  await page.getByText('No command is called that.').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
}));

test('keys are looked up and changed, and remembered where mail is kept', { timeout }, () => demonstrated(our.browser, async (writer, page) => {
  await writer.rows.first().focus();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keys' });
  await sheet.getByRole('button', { name: 'Write a message: key c' }).click();
  await isAccessible(page);
  await page.keyboard.press('w');
  await sheet.getByRole('button', { name: 'Write a message: key w' }).waitFor();
  // A key does one thing: the other has lost it.
  await sheet.getByRole('button', { name: 'Star: key s' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('e');
  await sheet.getByRole('button', { name: 'Archive: key none', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await page.keyboard.press('c');
  assert.equal(await writer.composer.count(), 0);
  await page.keyboard.press('w');
  await writer.composer.waitFor();
  await page.keyboard.press('Escape');
  await page.reload();
  await writer.rows.first().focus();
  await page.keyboard.press('e');
  await writer.rows.first().getByRole('img', { name: /starred/i }).or(writer.rows.first().locator('.star')).first().waitFor();
  await page.keyboard.press('?');
  await sheet.getByRole('button', { name: 'Use the usual keys' }).click();
  await sheet.getByRole('button', { name: 'Write a message: key c' }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => localStorage.getItem('restante-keys')), null);
}, { keeps: true }));
