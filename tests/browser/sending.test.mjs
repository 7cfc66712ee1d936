// What becomes of a letter whose connection breaks: it is never lost, and never sent twice without a word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withFile } from './lib/browser.mjs';
import { inPreview, suite } from './lib/suite.mjs';
import { Writer } from './lib/writer.mjs';

const timeout = 120_000;
const our = suite({
  bridges: {
    sends: ({ world }) => ({ ports: world.ports, flags: world.breaking.flatMap(({ port }) => ['--allow-submission', `127.0.0.1:${port}`]) }),
  },
});

/** Writes a letter, with this file where there is one, that goes by the server which breaks at this moment, and trusts its certificate. */
async function sent(page, moment, attached) {
  const writer = new Writer(page);
  await writer.write('Boats in the harbour', { to: 'bert@example.org' });
  if (attached) {
    await writer.composer.getByLabel('Attach files').setInputFiles(attached);
    await writer.composer.getByText('charts.zip', { exact: true }).waitFor();
    await writer.composer.getByText('Saved in Drafts').waitFor();
  }
  await writer.does('Name and server').click();
  const dialog = page.getByRole('dialog', { name: 'Name and server' });
  await dialog.getByLabel('Port').fill(String(our.world.breaks(moment).port));
  await dialog.getByRole('button', { name: 'Save' }).click();
  await writer.told('Settings saved.');
  await writer.does('Send').click();
  await page.getByRole('button', { name: /^Outbox 1$/ }).click();
  await writer.button('Send now').click();
  await page.getByText(our.world.fault_fingerprint).waitFor();
  await writer.button('Trust exactly this certificate and go on').click();
  await page.getByText(our.world.fault_fingerprint).waitFor({ state: 'detached' });
  return writer;
}

const sending = (use) => inPreview({ ...our, bridge: our.sends }, 'sample', (_, page) => use(page), { clean: false });

async function goesOnce(page, moment, attached) {
  const writer = await sent(page, moment, attached);
  await page.getByText('Could not be sent yet').first().waitFor();
  assert.equal(await our.world.taken(moment), 0);
  await writer.button('Send now').click();
  await writer.told('Message sent.');
  assert.equal(await our.world.taken(moment), 1);
}

test('a letter waits whose connection breaks while it is signed in, and goes once', { timeout }, () => sending((page) => goesOnce(page, 'auth')));

test('a letter waits whose connection breaks in the middle of the letter, and goes once', { timeout }, () =>
  // As much as no line takes up at once.
  withFile('charts.zip', Buffer.alloc(12_000_000, 'chart'), (charts) => sending((page) => goesOnce(page, 'data', charts))));

test('a letter whose connection breaks before the answer is in doubt, and is not sent again by itself', { timeout }, () => sending(async (page) => {
  const writer = await sent(page, 'dot');
  await page.getByText('It may have been sent.').waitFor();
  assert.equal(await our.world.taken('dot'), 1);
  assert.equal(await writer.button('Send now').count(), 0);
  await writer.closeButton.click();
  const question = page.getByRole('dialog', { name: 'Close with messages that are not sent?' });
  await question.getByRole('button', { name: 'Stay' }).click();
  await writer.button('It was sent').click();
  await page.getByText('Nothing waits to be sent.').waitFor();
  assert.equal(await our.world.taken('dot'), 1);
  await writer.closeButton.click();
  await writer.openButton.waitFor();
}));
