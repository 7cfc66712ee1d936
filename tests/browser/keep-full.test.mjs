// A device that is full while mail is kept: nothing is lost, and what was begun goes on once there is room.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Kept } from './lib/kept.mjs';
import { count, deliver, idsOnServer, messageIds } from './lib/mail.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 240_000;
const our = suite();
const LETTERS = 300;
/** Room for a part of the letters, and for more than the first batch of them. */
const ROOM = 4_500_000;

/** A text that does not get smaller where it is compressed. */
const text = (letter) => Array.from({ length: 450 }, (_, line) => createHash('sha256').update(`${letter} ${line}`).digest('base64')).join('\r\n');

test('on a full device nothing is deleted on the server that is not kept, and the rest comes once there is room', { timeout }, () => visit(our.browser, our.bridge.url, {}, async (page) => {
  const kept = new Kept(page);
  const { user, password, maildir } = our.world.mailbox('empty');
  const origin = our.bridge.origin;
  const devtools = await page.context().newCDPSession(page);
  await kept.keep({ port: our.world.pops_port, user, password }, our.world.fingerprint);
  await kept.policy('Delete once kept');
  // The page itself is kept by then: it takes no more room afterwards.
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const { usage } = await devtools.send('Storage.getUsageAndQuota', { origin });
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + ROOM });
  for (let letter = 1; letter <= LETTERS; letter += 1) {
    await deliver(maildir, `Letter no. ${letter}`, { text: `This is letter no. ${letter}.\r\n${text(letter)}\r\n` });
  }
  const sent = await idsOnServer(maildir);
  assert.equal(sent.length, LETTERS);
  const onDevice = async () => messageIds((await kept.file(kept.button('Back up this account'))).bytes.toString('latin1'));

  await kept.button('Check for new mail').click();
  const full = kept.alert.filter({ hasText: 'There is no room left on this device.' });
  await full.filter({ hasText: 'nothing is deleted on the server that is not here' }).waitFor();
  const [server, device] = [await idsOnServer(maildir), await onDevice()];
  assert.ok(device.length > 0 && device.length < LETTERS, `${device.length} are kept`);
  assert.equal(new Set(device).size, device.length, 'none is kept twice');
  assert.deepEqual(new Set([...server, ...device]), new Set(sent), 'one is on neither side');

  // What is kept is readable, after a reload as well.
  const [words] = (await kept.rows.first().locator('strong').innerText()).match(/Letter no. \d+/);
  await page.reload();
  await kept.status.filter({ hasText: `paused, ${LETTERS - device.length} messages missing` }).waitFor();
  await kept.read(words);
  await kept.message.getByText(`This is ${words.toLowerCase()}.`, { exact: false }).waitFor();

  await devtools.send('Storage.overrideQuotaForOrigin', { origin });
  await kept.button('Check for new mail').click();
  await kept.dialog.getByLabel('Password', { exact: true }).fill(password);
  await kept.dialog.getByRole('button', { name: 'Sign in' }).click();
  await kept.has(LETTERS);
  assert.equal(await full.count(), 0);
  const all = await onDevice();
  assert.deepEqual([all.length, new Set(all)], [LETTERS, new Set(sent)]);
  const end = Date.now() + 30_000;
  while (await count(maildir) > 0 && Date.now() < end) await page.waitForTimeout(200);
  assert.equal(await count(maildir), 0);
}));
