// What a person meets whose line is slow, whose session is lost, or whose mailbox another program changes meanwhile.
import assert from 'node:assert/strict';
import { readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Line } from './lib/line.mjs';
import { Bridge } from './lib/programs.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 120_000;
const our = suite();
let toServer;
let toBridge;
let bridge;

/** Puts a line before the server, and another before the bridge. */
async function lines() {
  if (bridge) return;
  toServer = await Line.to(our.world.pops_port);
  bridge = await Bridge.serve({ ports: [toServer.port] });
  toBridge = await Line.to(Number(new URL(bridge.url).port));
}

after(async () => {
  await toBridge?.end();
  await bridge?.end();
  await toServer?.end();
});

/** Opens a mailbox over both lines. */
async function withMailbox(name, use) {
  await lines();
  await visit(our.browser, `http://127.0.0.1:${toBridge.port}/`, { clean: false }, async (page) => {
    const restante = new Restante(page);
    const { user, password } = our.world.mailbox(name);
    await restante.open({ port: toServer.port, user, password }, our.world.fingerprint);
    if (name !== 'empty') await restante.settled();
    await use(restante, page);
  });
}

test('a large message on a slow line shows how far it is, can be cancelled, and another one comes at once', { timeout }, () =>
  withMailbox('sample', async (restante, page) => {
    toServer.rate = 400_000;
    try {
      await (await restante.row('The recording (careful, 20 MB)')).click();
      await restante.message.getByText(/Fetching the message, .* of 2\d(\.\d)? MB/).waitFor();
      // What the list knows of it is there meanwhile.
      await restante.message.getByRole('heading', { name: 'The recording (careful, 20 MB)' }).waitFor();
      assert.equal(await restante.message.locator('.from, time').count(), 2);
      await restante.message.getByRole('button', { name: 'Cancel' }).click();
      await restante.message.getByText('was cancelled').waitFor();
      assert.notEqual(await page.evaluate(() => document.activeElement.tagName), 'BODY', 'the button is gone, and the focus with it');
      assert.ok(!/seen/.test(await (await restante.row('The recording (careful, 20 MB)')).getAttribute('class')), 'what never came counts as read');
      const began = Date.now();
      await restante.read('The key is under the blue pot');
      await restante.message.getByText('not the green one').waitFor();
      // The rest of the recording would take the line a minute.
      assert.ok(Date.now() - began < 30_000, `${Date.now() - began} ms`);
      assert.equal(await restante.alert.count(), 0);
    } finally {
      toServer.rate = Infinity;
    }
    await (await restante.row('The recording (careful, 20 MB)')).click();
    await restante.message.getByText('tuning.wav').first().waitFor();
  }));

test('ten clicks on Next show the tenth message', { timeout }, () =>
  withMailbox('sample', async (restante, page) => {
    await restante.read('The key is under the blue pot');
    for (let click = 0; click < 10; click += 1) await restante.message.getByRole('button', { name: 'Next' }).click();
    const subject = await restante.list.locator('[aria-selected=true] strong').innerText();
    await restante.message.getByRole('heading', { name: subject }).waitFor();
    assert.equal(await restante.list.locator('[aria-selected=true]').getAttribute('aria-posinset'), '11');
  }));

test('a session that the network or the bridge loses is taken up again by itself, and that is told', { timeout }, () =>
  withMailbox('sample', async (restante) => {
    await restante.read('The key is under the blue pot');
    toServer.cut();
    await restante.status.filter({ hasText: /trying again in \d+ s \(1 of 7\)/ }).waitFor();
    await restante.message.getByText('not the green one').waitFor();
    await restante.status.filter({ hasText: /of 88/ }).waitFor();
    await restante.read('Your boiler service on Thursday');
    await restante.message.getByText('keep a jumper at hand').waitFor();
    toBridge.down = true;
    await restante.status.filter({ hasText: /trying again/ }).waitFor();
    await (await restante.row('来週の打ち合わせについて')).click();
    toBridge.down = false;
    await restante.message.getByText('お世話になっております').waitFor();
    await restante.status.filter({ hasText: /of 88/ }).waitFor();
  }));

test('whoever does not want to wait tries now', { timeout }, () =>
  withMailbox('sample', async (restante, page) => {
    toBridge.down = true;
    await restante.status.filter({ hasText: /\(3 of 7\)/ }).waitFor();
    toBridge.down = false;
    await page.getByRole('button', { name: 'Try now' }).click();
    await restante.status.filter({ hasText: /of 88/ }).waitFor();
  }));

test('a mailbox that has changed when a lost session is taken up again shows what is new, and what is read stays', { timeout }, async () => {
  const { maildir } = our.world.mailbox('sample');
  const name = `${Math.floor(Date.now() / 1000)}.M1P1.restante`;
  const place = join(maildir, 'new', name);
  try {
    await withMailbox('sample', async (restante, page) => {
      await restante.read('The key is under the blue pot');
      toServer.down = true;
      await writeFile(place, 'From: Late <late@postbox.example>\r\nSubject: Come meanwhile\r\n\r\nA late one.\r\n');
      toServer.down = false;
      await restante.status.filter({ hasText: '1 new message.' }).waitFor();
      await restante.message.getByText('not the green one').waitFor();
      await restante.settled();
      assert.equal(await restante.list.locator('[aria-selected=true]').getAttribute('aria-posinset'), '2', 'one came above it');
      assert.equal(await restante.alert.count(), 0);
      await restante.read('Come meanwhile');
      await restante.message.getByText('A late one.').waitFor();
      await restante.read('The key is under the blue pot');
      await restante.message.getByText('not the green one').waitFor();
    });
  } finally {
    for (const folder of ['new', 'cur']) {
      for (const file of await readdir(join(maildir, folder))) {
        if (file.startsWith(name)) await unlink(join(maildir, folder, file));
      }
    }
  }
});
