// A page on a host of its own, set up as `restante page --out` says: which bridges the browser lets it reach.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, visit } from './lib/browser.mjs';
import { Bridge } from './lib/programs.mjs';
import { Restante } from './lib/restante.mjs';
import { StaticHost } from './lib/static-host.mjs';

const timeout = 60_000;
let browser, host, listed, other;

before(async () => {
  host = await new StaticHost().listen();
  const relay = (origin) => Bridge.serve({ allow: ['pop.example.org'], flags: ['--no-page', '--allow-origin', origin] });
  [listed, other] = await Promise.all([relay(host.origin), relay('https://elsewhere.example')]);
  browser = await launch();
}, { timeout });

after(async () => {
  await browser?.close();
  await Promise.all([listed?.end(), other?.end(), host?.end()]);
});

/** The address of a bridge's tunnel. */
const tunnel = (bridge, name = '127.0.0.1') => `ws://${name}:${new URL(bridge.url).port}/tunnel`;

/** What comes of a connection that the page itself opens: `open`, or `refused`, or `blocked` by its policy. */
const connect = (page, url) => page.evaluate((address) => new Promise((resolve) => {
  document.addEventListener('securitypolicyviolation', () => resolve('blocked'), { once: true });
  const socket = new WebSocket(address, 'restante.v1');
  socket.onopen = () => { socket.close(); resolve('open'); };
  // The violation is told after the error.
  socket.onerror = () => setTimeout(() => resolve('refused'), 500);
}), url);

const withPage = (flags, use) => {
  host.write(...flags);
  return visit(browser, `${host.origin}/`, { clean: false }, async (page, seen) => {
    await new Restante(page).openButton.waitFor();
    seen.assertClean();
    await use(page);
  });
};

test('a page reaches the bridge it was given, and no other', { timeout }, () =>
  withPage(['--bridge', tunnel(listed)], async (page) => {
    assert.equal(await connect(page, tunnel(listed)), 'open');
    assert.equal(await connect(page, tunnel(other)), 'blocked');
    assert.equal(await connect(page, 'wss://bridge.invalid/tunnel'), 'blocked');
    const config = await page.evaluate(() => fetch('restante.json').then((answer) => answer.json()));
    assert.deepEqual(config.bridges, [tunnel(listed)]);
  }));

test('a page that may use any bridge reaches those under TLS and on this machine, and no clear text elsewhere', { timeout }, () =>
  withPage(['--any-bridge'], async (page) => {
    assert.equal(await connect(page, tunnel(listed)), 'open');
    assert.equal(await connect(page, tunnel(listed, 'localhost')), 'open');
    assert.equal(await connect(page, 'ws://192.0.2.1/tunnel'), 'blocked');
    assert.notEqual(await connect(page, 'wss://127.0.0.1:9/tunnel'), 'blocked');
  }));

test('a bridge that does not list the page refuses it', { timeout }, () =>
  withPage(['--bridge', tunnel(other)], async (page) => {
    assert.equal(await connect(page, tunnel(other)), 'refused');
  }));
