// How the page looks, where somebody chooses: light or dark whatever the device has, and how high rows are. It is remembered where
// mail is kept, and nowhere else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Kept } from './lib/kept.mjs';
import { inPreview, suite } from './lib/suite.mjs';

const timeout = 90_000;
const our = suite();

const LIGHT = 'rgb(251, 250, 247)';
const DARK = 'rgb(20, 22, 27)';
const paper = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
const stored = (page) => page.evaluate(() => localStorage.getItem('restante-looks'));
const height = async (row) => Math.round((await row.boundingBox()).height);
/** The colour that the browser gives its own surroundings on a device that is light. */
const around = (page) => page.evaluate(() => document.querySelector('meta[name=theme-color][media*=light]').content);

/** Chooses in the dialog that is open. */
const choose = (page, name, option) => page.getByRole('dialog').getByRole('combobox', { name, exact: true }).selectOption({ label: option });

test('what is chosen is seen at once and at the next visit, and goes with the last account', { timeout }, () =>
  visit(our.browser, our.bridge.url, {}, async (page) => {
    const kept = new Kept(page);
    const { user, password, messages } = our.world.mailbox('sample');
    await kept.keep({ port: our.world.pops_port, user, password }, our.world.fingerprint, messages);
    assert.deepEqual([await paper(page), await height(kept.rows.first())], [LIGHT, 84]);
    const before = await kept.rows.count();
    await kept.button('Account settings').click();
    await choose(page, 'Theme', 'Dark');
    await choose(page, 'Rows', 'Compact');
    assert.deepEqual([await paper(page), await around(page), await stored(page)], [DARK, '#14161b', 'dark compact']);
    await page.keyboard.press('Escape');
    assert.equal(await height(kept.rows.first()), 60);
    await kept.settled();
    assert.ok(await kept.rows.count() >= before, 'more of the list is in sight, or all of it');
    // The marks stay in sight, and no part of a row sticks out of it.
    const row = await kept.rows.first().boundingBox();
    for (const part of ['b', 'time', 'strong', '.avatar']) {
      const box = await kept.rows.first().locator(part).boundingBox();
      assert.ok(box.y >= row.y && box.y + box.height <= row.y + row.height, `${part}: ${JSON.stringify({ box, row })}`);
    }

    await page.reload({ waitUntil: 'commit' });
    await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
    await kept.list.waitFor();
    assert.deepEqual([await paper(page), await height(kept.rows.first())], [DARK, 60]);

    await kept.button('About this page').click();
    await choose(page, 'Theme', 'As the device');
    await choose(page, 'Rows', 'Comfortable');
    assert.deepEqual([await paper(page), await around(page), await stored(page)], [LIGHT, '#fbfaf7', null]);
    await choose(page, 'Theme', 'Light');
    assert.equal(await stored(page), 'light comfortable');
    await page.keyboard.press('Escape');
    await kept.button('Account settings').click();
    await kept.dialog.getByRole('button', { name: 'Remove this account…' }).click();
    await kept.dialog.getByRole('button', { name: 'Remove from this device' }).click();
    await kept.openButton.waitFor();
    assert.equal(await stored(page), null);
  }));

test('on a dark device the page may be light, and a preview remembers nothing', { timeout }, () => inPreview(our, 'sample', async (restante, page) => {
  assert.equal(await paper(page), DARK);
  await page.getByRole('button', { name: 'About this page' }).first().click();
  await choose(page, 'Theme', 'Light');
  assert.equal(await paper(page), LIGHT);
  await choose(page, 'Rows', 'Compact');
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  await page.keyboard.press('Escape');
  // It is the page's, and not the mailbox's.
  await restante.close();
  const { user, password } = our.world.mailbox('sample');
  await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
  await restante.settled();
  const [first, second] = [await restante.rows.nth(0).boundingBox(), await restante.rows.nth(1).boundingBox()];
  assert.deepEqual([await paper(page), first.height, second.y - first.y], [LIGHT, 60, 60]);
}, { context: { colorScheme: 'dark' } }));
