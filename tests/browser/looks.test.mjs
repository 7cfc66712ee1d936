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
    assert.deepEqual([await paper(page), await around(page), await stored(page)], [DARK, '#14161b', 'dark compact system 100']);
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
    assert.equal(await stored(page), 'light comfortable system 100');
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

test('high contrast is a choice, and what the device asks for', { timeout }, () => inPreview(our, 'sample', async (restante, page) => {
  const colours = () => page.evaluate(() => {
    const { backgroundColor, color } = getComputedStyle(document.body);
    return [getComputedStyle(document.documentElement).backgroundColor, color, backgroundColor];
  });
  const [WHITE, BLACK] = ['rgb(255, 255, 255)', 'rgb(0, 0, 0)'];
  assert.equal((await colours())[0], LIGHT);
  await page.getByRole('button', { name: 'About this page' }).first().click();
  await choose(page, 'Contrast', 'High');
  assert.deepEqual((await colours()).slice(0, 2), [WHITE, BLACK]);
  await choose(page, 'Theme', 'Dark');
  assert.deepEqual((await colours()).slice(0, 2), [BLACK, WHITE]);
  await choose(page, 'Contrast', 'As the device');
  assert.equal((await colours())[0], DARK);
  await page.emulateMedia({ contrast: 'more' });
  assert.deepEqual((await colours()).slice(0, 2), [BLACK, WHITE]);
}));

test("a letter's text is drawn larger and smaller by keys, in words and in HTML, and nothing of it is cut off", { timeout }, () =>
  inPreview(our, 'sample', async (restante, page) => {
    await restante.read('The key is under the blue pot');
    const text = restante.message.locator('.text');
    const height = async () => (await text.locator('p').first().boundingBox()).height;
    const usual = await height();
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    assert.ok(await height() > usual * 1.4, 'one and a half times');
    await restante.read('Two evenings at the pier');
    const frame = await restante.mailFrame();
    await frame.locator('img').first().waitFor();
    const sizes = () => frame.locator('body').evaluate((body) => ({
      zoom: getComputedStyle(body).zoom, needed: document.documentElement.scrollHeight, has: innerHeight, wide: document.documentElement.scrollWidth - innerWidth,
    }));
    const { needed, has, wide } = await sizes();
    assert.ok(needed <= has + 1, 'it scrolls in the page, not in itself');
    assert.ok(wide <= 0, `${wide} px are beside it`);
    const paper = await page.evaluate(() => {
      dispatchEvent(new Event('beforeprint'));
      const zoom = getComputedStyle(document.querySelector('iframe').contentDocument.body).zoom;
      dispatchEvent(new Event('afterprint'));
      return zoom;
    });
    assert.equal(paper, '1', 'on paper it is as large as it is written');
    assert.equal((await sizes()).zoom, '1.5');
    await page.keyboard.press('-');
    await page.keyboard.press('-');
    await page.waitForFunction(() => document.documentElement.dataset.zoom === '100');
    // The smallest is the usual one.
    await page.keyboard.press('-');
    assert.equal(await page.evaluate(() => document.documentElement.dataset.zoom), '100');
    await restante.read('The key is under the blue pot');
    assert.equal(await height(), usual);
  }));
