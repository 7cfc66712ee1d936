// What the page contacts before the click on "Open mailbox", and when: its own bridge once it is there, the mail server from
// the password field on, and nothing of the user on either.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';
import { Door, Listener } from './lib/watch.mjs';

const timeout = 120_000;
const server = await Listener.start();
const our = suite({ bridges: { watched: () => ({ ports: [server.port] }) } });
let door;
after(async () => {
  await door?.end();
  await server.end();
});

/** A fresh page whose way to the bridge, and whose mail server, are watched. */
async function watched(use, link = '') {
  door ??= await Door.start(new URL(our.watched.url));
  door.forget();
  server.forget();
  await visit(our.browser, door.url + link, {}, (page) => use(new Restante(page), page));
}

/** The form is filled in but for the password; the server speaks clear text, so that everything can be read here. */
async function fillIn(restante, page, port = server.port) {
  await restante.security.selectOption({ label: 'none' });
  await page.getByRole('checkbox', { name: /in clear text/ }).check();
  await restante.server.fill('127.0.0.1');
  await restante.port.fill(String(port));
  await restante.user.fill('ann');
}

/** Waits until `is` holds. */
async function until(is, what, patience = 20_000) {
  const end = Date.now() + patience;
  while (!is()) {
    if (Date.now() > end) assert.fail(`${what}: tunnels ${JSON.stringify(door.tunnels)}, lines ${JSON.stringify(server.lines)}`);
    await new Promise((done) => { setTimeout(done, 50); });
  }
}

const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

test('a page that is ready has reached its bridge and no mail server, and gives that up where nothing comes of it', { timeout }, () =>
  watched(async (restante) => {
    await restante.openButton.waitFor();
    await until(() => door.tunnels.length === 1, 'the bridge is reached');
    await until(() => door.tunnels[0].over, 'it is given up', 50_000);
    assert.ok(door.tunnels[0].seconds < 35, `after ${door.tunnels[0].seconds} s`);
    assert.deepEqual([server.connections, door.tunnels.length], [0, 1]);
    // Whoever comes back to the form has it again.
    await restante.user.click();
    await until(() => door.tunnels.length === 2, 'the bridge is reached again');
    assert.equal(server.connections, 0);
  }));

test('the mail server is contacted from the password field on, not before, and not while the form is incomplete', { timeout }, () =>
  watched(async (restante, page) => {
    await restante.password.click();
    await fillIn(restante, page);
    await restante.server.fill('');
    await restante.password.click();
    await restante.server.fill('127.0.0.1');
    await restante.port.fill('');
    await restante.password.click();
    await restante.port.fill(String(server.port));
    await restante.user.click();
    await pause(1000);
    assert.equal(server.connections, 0, 'somebody was contacted too early');
    await restante.password.click();
    await until(() => server.lines.includes('CAPA'), 'the server is asked for its capabilities');
    await page.keyboard.type('secret');
    await pause(500);
    assert.deepEqual([server.connections, server.lines], [1, ['CAPA']], 'before the click nothing of the user is sent');
    await restante.openButton.click();
    await restante.list.waitFor();
    assert.equal(server.connections, 1, 'the connection that was prepared is the one that is used');
    assert.ok(server.lines.includes('PASS secret'));
  }));

test('another server, port or security gives the prepared connection up', { timeout }, () =>
  watched(async (restante, page) => {
    await fillIn(restante, page);
    for (const change of [
      () => restante.server.fill('localhost'),
      () => restante.port.fill('1'),
      () => restante.security.selectOption({ label: 'TLS' }),
    ]) {
      server.forget();
      await fillIn(restante, page);
      await restante.password.click();
      await until(() => server.lines.includes('CAPA'), 'the server is asked for its capabilities');
      await change();
      await until(() => server.open === 0, 'the connection is given up');
      assert.ok(server.lines.every((line) => ['CAPA', 'QUIT'].includes(line)), JSON.stringify(server.lines));
    }
  }));

test('a certificate to judge is shown while the password is typed: nothing moves, and nothing is lost', { timeout }, () =>
  visit(our.browser, our.bridge.url, {}, async (page) => {
    const restante = new Restante(page);
    const { user, password } = our.world.mailbox('sample');
    await restante.server.fill('127.0.0.1');
    await restante.port.fill(String(our.world.pops_port));
    await restante.user.fill(user);
    const before = await restante.openButton.boundingBox();
    await restante.password.click();
    await page.keyboard.type(password.slice(0, 4));
    await page.getByText(our.world.fingerprint).first().waitFor();
    assert.deepEqual(await restante.openButton.boundingBox(), before, 'the button stays under the pointer');
    assert.ok(await restante.password.evaluate((field) => field === document.activeElement), 'so does the keyboard');
    await page.keyboard.type(password.slice(4));
    await restante.trust(our.world.fingerprint);
    await restante.list.waitFor();
  }));

test('a link that fills the form in contacts no mail server by itself', { timeout }, () =>
  watched(async (restante, page) => {
    // The page is not looked into meanwhile: what a driver evaluates counts as something a person does.
    await until(() => door.tunnels.length === 1, 'the bridge is reached');
    await pause(2000);
    assert.equal(server.connections, 0);
    assert.ok(await restante.password.evaluate((field) => field === document.activeElement));
    await restante.password.press('x');
    await until(() => server.connections === 1, 'typing is asking for it');
  }, `#pops://ann@127.0.0.1:${server.port}`));
