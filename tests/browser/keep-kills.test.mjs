// Mail is downloaded and deleted on the server, and something is killed in the middle, thirty times: every message is found
// at least once on one side, and never twice in the store.
import assert from 'node:assert/strict';
import { chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchWithProfile } from './lib/browser.mjs';
import { Kept } from './lib/kept.mjs';
import { idsOnServer, messageIds } from './lib/mail.mjs';
import { Bridge } from './lib/programs.mjs';
import { suite } from './lib/suite.mjs';

const ROUNDS = 30;
/** Messages that are on the server at the beginning of a round. */
const MESSAGES = 240;
const KINDS = ['worker', 'tab', 'connection', 'bridge', 'browser'];
const our = suite({ world: {}, browser: false });

/** The same each time. */
let dice = 20261129;
function below(limit) {
  dice = (Math.imul(dice, 1664525) + 1013904223) >>> 0;
  return Math.floor((dice / 2 ** 32) * limit);
}

/** Puts messages into a Maildir until it has so many; adds their names to `sent`. */
async function fill(maildir, sent) {
  const owner = await stat(join(maildir, 'new'));
  for (let there = (await idsOnServer(maildir)).length; there < MESSAGES; there += 1) {
    const id = `${sent.size + 1}.kills@postbox.example`;
    const lines = Array.from({ length: 8 + below(90) }, (_, line) => `Line ${line} of a letter that is long enough to be cut off.`);
    const letter = [`From: Ida Wren <ida@postbox.example>`, `Message-ID: <${id}>`, `Subject: Letter ${sent.size + 1}`,
      'Date: Sun, 29 Nov 2026 10:00:00 +0000', '', ...lines, ''].join('\r\n');
    const path = join(maildir, 'new', `${1_100_000_000 + sent.size}.M1P1.kills`);
    await writeFile(path, letter);
    await chown(path, owner.uid, owner.gid);
    sent.add(id);
  }
}

/** What the page keeps, by the backup that a person would make. */
async function onDevice(kept) {
  await kept.button('Back up this account').first().waitFor();
  return messageIds((await kept.file(kept.button('Back up this account').first())).bytes.toString('latin1'));
}

/** Ends the browser's process, which was started with this profile. */
async function killBrowser(profile) {
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = await readFile(`/proc/${id}/cmdline`, 'latin1').catch(() => '');
    if (words.includes(`--user-data-dir=${profile}`) && !words.includes('--type=')) process.kill(Number(id), 'SIGKILL');
  }
}

test('whatever is killed while mail is fetched and deleted, no message is lost and none is kept twice', { timeout: 1_500_000 }, async () => {
  const { maildir, user, password } = our.world.mailbox('empty');
  const profile = await mkdtemp(join(tmpdir(), 'restante-kills-'));
  const sent = new Set();
  const port = new URL(our.bridge.url).port;
  let bridge = our.bridge;
  let context;
  let page;
  let kept;
  let isSignedIn = false;

  const arrive = async () => {
    context ??= await launchWithProfile(profile);
    context.setDefaultTimeout(60_000);
    await context.addInitScript(() => {
      if (window !== window.top) return;
      window.restanteWorkers = [];
      window.Worker = class extends Worker {
        constructor(...given) {
          super(...given);
          window.restanteWorkers.push(this);
        }
      };
    });
    page = await context.newPage();
    await page.goto(our.bridge.url);
    [kept, isSignedIn] = [new Kept(page), false];
  };
  const check = async () => {
    await kept.button('Check for new mail').click();
    // The password goes with the page that it was typed into.
    if (!isSignedIn) {
      await kept.dialog.getByLabel('Password', { exact: true }).fill(password);
      await kept.dialog.getByRole('button', { name: 'Sign in' }).click();
    }
    isSignedIn = true;
  };
  const counted = async (round) => {
    const [server, device] = [await idsOnServer(maildir), await onDevice(kept)];
    assert.deepEqual(device.filter((id, at) => device.indexOf(id) !== at), [], `round ${round}: kept twice`);
    const found = new Set([...server, ...device]);
    assert.deepEqual([...sent].filter((id) => !found.has(id)), [], `round ${round}: on neither side`);
    return { server, device };
  };

  try {
    await arrive();
    await kept.keep({ port: our.world.lossy_port, user, password }, our.world.fingerprint);
    isSignedIn = true;
    await kept.policy('Delete once kept');
    let deletedInPart = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await fill(maildir, sent);
      await check();
      await page.waitForTimeout(below(2000));
      const kind = KINDS[round % KINDS.length];
      if (kind === 'worker') await page.evaluate(() => window.restanteWorkers.forEach((worker) => worker.terminate()));
      if (kind === 'connection') await our.world.cut();
      if (kind === 'bridge') await bridge.end('SIGKILL');
      if (kind === 'browser') {
        await killBrowser(profile);
        await context.close().catch(() => {});
        context = undefined;
      } else if (kind === 'tab') {
        // Without a word to the page, as where the browser ends a tab for want of memory.
        await page.close({ runBeforeUnload: false });
      } else {
        await page.close();
      }
      if (kind === 'bridge') bridge = await Bridge.serve({ ports: our.world.ports, port });
      await arrive();
      const { server, device } = await counted(round);
      if (server.length > 0 && device.length > 0) deletedInPart += 1;
    }
    assert.ok(deletedInPart > 0, 'nothing was killed in the middle');
    await check();
    const end = Date.now() + 120_000;
    while ((await idsOnServer(maildir)).length > 0 && Date.now() < end) await page.waitForTimeout(300);
    await kept.status.filter({ hasText: 'Kept here' }).waitFor();
    const { server, device } = await counted('last');
    assert.deepEqual([server.length, device.length], [0, sent.size]);
  } finally {
    await context?.close();
    if (bridge !== our.bridge) await bridge.end();
    await rm(profile, { recursive: true, force: true });
  }
});
