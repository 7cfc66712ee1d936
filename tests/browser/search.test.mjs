// Searching in a preview: what is known, and the headers that are fetched for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inPreview, suite } from './lib/suite.mjs';

const timeout = 180_000;
const our = suite({ world: { crowd: true } });

const withMailbox = (name, use) => inPreview(our, name, use);

test('a search finds what is known, says so, and finds the rest once its headers are fetched', { timeout }, () => withMailbox('crowd', async (restante, page) => {
  await restante.rows.filter({ hasText: 'no. 10000' }).first().waitFor();
  // The last of them is far beyond what has come.
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'search');
  await page.keyboard.type('"no. 3"');
  await page.getByText('None of the messages whose headers are here has these words.').waitFor();
  await page.getByText(/^Searched [\d,]+ of 10,000 messages:/).waitFor();
  await page.getByRole('button', { name: /^Fetch the other 9,\d{3} headers$/ }).click();
  await restante.rows.filter({ hasText: /no\. 3(?!\d)/ }).first().waitFor({ timeout: 120_000 });
  await page.getByText(/^Searched 10,000 messages:/).waitFor();
  assert.equal(await restante.rows.count(), 1);
  assert.equal(await restante.rows.first().locator('mark').innerText(), 'no. 3');
  await restante.rows.first().click();
  await restante.message.getByRole('heading', { name: /no\. 3$/ }).waitFor();
  // The whole list comes back, with what is read in its place.
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await restante.rows.filter({ hasText: 'no. 10000' }).first().waitFor();
  assert.equal(await restante.search.inputValue(), '');
  await restante.message.getByRole('button', { name: /previous|newer/i }).first().click();
  await restante.message.getByRole('heading', { name: /no\. 4$/ }).waitFor();
}));

test('what was found is read, chosen and left with the keyboard alone', { timeout }, () => withMailbox('crowd', async (restante, page) => {
  await restante.rows.filter({ hasText: 'no. 10000' }).first().waitFor();
  await restante.search.fill('no. 999');
  await page.getByText(/^\d+ found · newest first$/).waitFor();
  const found = await restante.rows.count();
  assert.ok(found >= 9 && found < 50, `${found}`);
  await restante.list.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await restante.message.getByRole('heading', { name: /no\. 9998$/ }).waitFor();
  await restante.list.focus();
  await page.keyboard.press('Control+a');
  await page.getByText(`${found} chosen`).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await restante.rows.filter({ hasText: 'no. 10000' }).first().waitFor();
  assert.equal(await restante.rows.first().getAttribute('aria-setsize'), '10000');
}));
