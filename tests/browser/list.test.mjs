// The list with 10,000 messages: scrolled without drawing them all, and used without a mouse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { inPreview, suite } from './lib/suite.mjs';

const timeout = 120_000;
const our = suite({ world: { crowd: true } });

const withMailbox = (name, use) => inPreview(our, name, use);

test('10,000 messages scroll without 10,000 rows', { timeout }, () => withMailbox('crowd', async (restante, page) => {
  await restante.rows.filter({ hasText: 'no. 10000' }).first().waitFor();
  const drawn = async () => {
    const count = await restante.rows.count();
    assert.ok(count < 200, `${count} rows are drawn`);
    return count;
  };
  assert.ok(await drawn() >= 8);
  assert.equal(await restante.rows.first().getAttribute('aria-setsize'), '10000');

  // To the middle, to the end and back: rows are filled in where the list stands.
  await restante.scrollTo(0.5);
  await restante.rows.filter({ hasText: /no\. (49|50)\d\d/ }).first().waitFor();
  await drawn();
  await restante.scrollTo(1);
  await restante.rows.filter({ hasText: /no\. 1(?!\d)/ }).first().waitFor();
  await drawn();
  await restante.rows.filter({ hasText: /no\. 1(?!\d)/ }).first().click();
  await restante.message.getByRole('heading', { name: /no\. 1$/ }).waitFor();
  await restante.scrollTo(0);
  await restante.rows.filter({ hasText: 'no. 10000' }).first().waitFor();
  await drawn();
  assert.ok(await page.locator('*').count() < 4_000);
}));

test('the first rows are there long before the whole maildrop is', { timeout }, () => withMailbox('crowd', async (restante) => {
  await restante.rows.filter({ hasText: 'no. 10000' }).first().waitFor();
  const status = await restante.status.filter({ hasText: /of 10,000/ }).first().innerText();
  const have = Number(status.match(/([\d,]+) of 10,000/)[1].replace(',', ''));
  assert.ok(have >= 20 && have < 2_000, status);
}));

test('an empty mailbox says that it is empty', { timeout }, () => withMailbox('empty', async (restante, page) => {
  await page.getByText(/no messages|empty/i).first().waitFor();
  assert.equal(await restante.rows.count(), 0);
}));

test('everything works without a mouse', { timeout }, () => visit(our.browser, our.bridge.url, {}, async (page) => {
  const restante = new Restante(page);
  const { user, password } = our.world.mailbox('sample');
  const focus = (locator) => locator.evaluate((node) => node === document.activeElement || node.contains(document.activeElement));
  const tabTo = async (locator, most = 40) => {
    for (let turn = 0; turn < most; turn += 1) {
      if (await focus(locator)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab does not reach ${locator}`);
  };
  await restante.openButton.waitFor();
  await tabTo(restante.server);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('127.0.0.1');
  await tabTo(restante.port);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(String(our.world.pops_port));
  await tabTo(restante.user);
  await page.keyboard.type(user);
  await tabTo(restante.password);
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await restante.trustButton.waitFor();
  await tabTo(restante.trustButton);
  await page.keyboard.press('Enter');
  await restante.list.waitFor();

  await tabTo(restante.list);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await restante.message.getByText('not the green one').waitFor();
  await tabTo(restante.list, 80);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await restante.message.getByRole('heading', { name: 'Broken on the way' }).waitFor();
  await tabTo(restante.list, 80);
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await restante.message.getByRole('heading', { name: /Welcome to the/ }).waitFor();
  await tabTo(restante.closeButton, 80);
  await page.keyboard.press('Enter');
  await restante.openButton.waitFor();
}));
