// New mail in a preview: the list grows at its top, and what one does goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { count, deliver, withdraw } from './lib/mail.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 120_000;
const our = suite();

/** Opens the sample, and takes out of it afterwards what was delivered. */
async function withSample(use) {
  const mailbox = our.world.mailbox('sample');
  const names = [];
  try {
    await visit(our.browser, our.bridge.url, {}, async (page) => {
      const restante = new Restante(page);
      const { user, password, maildir } = mailbox;
      await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
      await restante.settled();
      await use(restante, page, { maildir, deliver: async (subject) => names.push(await deliver(maildir, subject)) && names.at(-1) });
    });
  } finally {
    await withdraw(mailbox.maildir, names);
  }
}

test('a check shows new mail at the top, marked until it is read, and the place where one is stays', { timeout }, () =>
  withSample(async (restante, page, { maildir, deliver }) => {
    const before = await count(maildir);
    await restante.read('The key is under the blue pot');
    await restante.scrollTo(0.5);
    await restante.settled();
    const place = await restante.inSight();
    await deliver('First of two');
    await deliver('Second of two');
    await restante.checkButton.click();
    await restante.status.filter({ hasText: '2 new messages.' }).waitFor();
    assert.deepEqual(await restante.inSight(), place, 'what one looks at has moved');
    assert.equal(await restante.rows.first().getAttribute('aria-setsize'), '90');
    await restante.message.getByText('not the green one').waitFor();

    await restante.scrollTo(0);
    await restante.settled();
    const fresh = restante.list.getByRole('option', { name: /New\. .*(First|Second) of two/ });
    assert.equal(await fresh.count(), 2);
    assert.equal(await restante.rows.nth(2).getAttribute('aria-selected'), 'true', 'what is read has its row');
    await restante.read('Second of two');
    await restante.message.getByText('This is Second of two.').waitFor();
    assert.equal(await fresh.count(), 1, 'what was read is not new any more');

    await restante.checkButton.click();
    await restante.status.filter({ hasText: 'No new mail.' }).waitFor();
    assert.equal(await fresh.count(), 1);
    await restante.close();
    assert.equal(await count(maildir), before + 2, 'nothing is gone from the server');
  }));

test('where another program deletes, the rest stays known, and what is open stays open', { timeout }, () =>
  withSample(async (restante, page, { maildir, deliver }) => {
    const name = await deliver('Soon gone');
    await deliver('Here to stay');
    await restante.checkButton.click();
    await restante.status.filter({ hasText: '2 new messages.' }).waitFor();
    await restante.read('Soon gone');
    await restante.message.getByText('This is Soon gone.').waitFor();
    await withdraw(maildir, [name]);
    await restante.checkButton.click();
    await restante.status.filter({ hasText: '1 message is not on the server any more.' }).waitFor();
    assert.equal(await restante.rows.first().getAttribute('aria-setsize'), '89');
    assert.equal(await restante.list.getByText('Soon gone').count(), 0);
    await restante.message.getByText('This is Soon gone.').waitFor();
    await restante.read('Here to stay');
    await restante.message.getByText('This is Here to stay.').waitFor();
    await restante.read('The key is under the blue pot');
    await restante.message.getByText('not the green one').waitFor();
  }));

test('whoever comes back to the page after a while finds what has come meanwhile', { timeout }, () =>
  withSample(async (restante, page, { deliver }) => {
    await deliver('While you were away');
    const comeBackAfter = (seconds) => page.evaluate((seconds) => {
      const show = (hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      };
      show(true);
      const now = Date.now;
      Date.now = () => now() + seconds * 1000;
      show(false);
      Date.now = now;
    }, seconds);
    await comeBackAfter(60);
    await page.waitForTimeout(1000);
    assert.equal(await restante.rows.first().getAttribute('aria-setsize'), '88', 'a minute is no while');
    await comeBackAfter(600);
    await restante.status.filter({ hasText: '1 new message.' }).waitFor();
    await restante.list.getByRole('option', { name: /New\. .*While you were away/ }).waitFor();
  }));
