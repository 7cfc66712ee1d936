// The page kept on this device: it opens without its host, in one version as a whole, until another one is wanted. Preview
// keeps nothing (./forget.test.mjs).
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { inEachView, isAccessible } from './lib/axe.mjs';
import { launch, visit } from './lib/browser.mjs';
import { Kept } from './lib/kept.mjs';
import { Bridge, World } from './lib/programs.mjs';
import { Restante } from './lib/restante.mjs';
import { sha256, StaticHost } from './lib/static-host.mjs';

const timeout = 90_000;
let browser, world, host, relay;

before(async () => {
  [world, browser] = await Promise.all([World.start(), launch()]);
}, { timeout });

// The page's host and the bridge are two, so that one can be gone without the other.
beforeEach(async () => {
  host = await new StaticHost().listen();
  relay = await Bridge.serve({ ports: world.ports, flags: ['--no-page', '--allow-origin', host.origin] });
  host.write('--bridge', relay.tunnel);
});

afterEach(async () => {
  await relay?.end();
  await host?.end();
});

after(async () => {
  await browser?.close();
  await world?.end();
});

/** Opens the page of the host; without it the browser itself complains. */
const withPage = (use) => visit(browser, `${host.origin}/`, { clean: false }, use);

/** Keeps the page, as the page itself does for a kept mailbox, and waits until it is. */
async function keep(page) {
  await page.evaluate(async () => {
    const container = navigator.serviceWorker;
    const taken = new Promise((done) => { container.addEventListener('controllerchange', done, { once: true }); });
    await container.register(document.querySelector('meta[name=restante-service-worker]').content, { updateViaCache: 'none' });
    await taken;
  });
  // The page learns of newer versions where it is kept already.
  await page.reload();
}

/** The caches by name, with the paths of what they hold. */
const kept = (page) => page.evaluate(async () => {
  const names = await caches.keys();
  const held = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname.slice(1)).sort()));
  return Object.fromEntries(names.map((name, n) => [name, held[n]]));
});

const registrations = (page) => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);

/** Registrations and caches. No cache is opened for it: one that goes meanwhile would be made anew by that. */
const left = (page) => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length + (await caches.keys()).length);

const openHostile = async (page) => {
  const restante = new Restante(page);
  const { user, password } = world.mailbox('hostile');
  await restante.open({ port: world.pops_port, user, password }, world.fingerprint);
  return restante;
};

/** Has the browser look for a newer version, and waits for the notice. */
async function renew(page, title) {
  host.revise(title);
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await notice(page).waitFor();
}

const notice = (page) => page.getByRole('status').filter({ hasText: 'A new version is ready' });

test('the page is kept with the first mailbox, shows its HTML without a network, and goes with the last', { timeout }, () => withPage(async (page) => {
  const mailbox = new Kept(page);
  await mailbox.keepBox.waitFor();
  assert.deepEqual([await kept(page), await registrations(page)], [{}, 0]);
  const { user, password, messages } = world.mailbox('hostile');
  await mailbox.keep({ port: world.pops_port, user, password }, world.fingerprint, messages);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  assert.equal(Object.keys(await kept(page)).length, 1);

  await page.context().setOffline(true);
  await page.reload();
  await mailbox.folder('Inbox').waitFor();
  await mailbox.read('Hostile from head to foot');
  const frame = await mailbox.mailFrame();
  await frame.getByText('The end of it.').waitFor();
  assert.equal(await notice(page).count(), 0);
  await page.context().setOffline(false);

  await mailbox.button('Account settings').click();
  await mailbox.dialog.getByRole('button', { name: 'Remove this account…' }).click();
  await mailbox.dialog.getByRole('button', { name: 'Remove from this device' }).click();
  await mailbox.openButton.waitFor();
  const deadline = Date.now() + 10_000;
  while ((await left(page)) > 0 && Date.now() < deadline) await page.waitForTimeout(50);
  assert.deepEqual([await kept(page), await registrations(page)], [{}, 0]);
}));

test('with its host gone the page opens, and an HTML letter has its frame, its styles and no request', { timeout }, () => withPage(async (page, seen) => {
  await keep(page);
  const listed = host.read('SHA256SUMS').trimEnd().split('\n').map((line) => line.split('  ')[1]);
  assert.deepEqual(Object.values(await kept(page)), [[...listed, 'SHA256SUMS', 'restante.json'].sort()]);
  await host.stop();
  await page.reload();
  const canaryBefore = (await world.canarySeen()).length;
  const restante = await openHostile(page);
  seen.messages.length = 0;
  await restante.read('Hostile from head to foot');
  const frame = await restante.mailFrame();
  const styled = frame.getByText('It keeps its styles');
  assert.equal(await styled.evaluate((node) => getComputedStyle(node).color), 'rgb(0, 128, 0)');
  await frame.getByText('The end of it.').waitFor();
  await page.waitForTimeout(1_500);
  assert.deepEqual(seen.messages.filter((text) => text.includes('hacked')), [], 'a script ran');
  assert.equal(await page.evaluate(() => window.hacked), undefined, 'a script reached the page');
  assert.deepEqual(seen.foreign, [], 'a request left the browser');
  assert.deepEqual((await world.canarySeen()).slice(canaryBefore), [], 'a request reached the canary');
}));

test('the page that a bridge serves is kept as it is listed, and installable', { timeout }, async () => {
  const bridge = await Bridge.serve({ ports: world.ports });
  try {
    await visit(browser, bridge.url, { clean: false }, async (page) => {
      await keep(page);
      const devtools = await page.context().newCDPSession(page);
      const { errors } = await devtools.send('Page.getAppManifest');
      assert.deepEqual(errors, []);
      const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
      // Playwright's contexts are without traces, and nothing can be installed from such a one.
      assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'), []);
      const list = await (await fetch(`${bridge.url}SHA256SUMS`)).text();
      // A bridge that is asked to end waits for its tunnels, of which an open page keeps one ready.
      await page.goto('about:blank');
      await bridge.end();
      await page.goto(bridge.url);
      await page.getByRole('button', { name: 'About this page' }).click();
      const files = list.trimEnd().split('\n').length;
      await page.getByText(`${files} of ${files} files are as listed`).waitFor();
      assert.ok((await page.getByRole('dialog').innerText()).replace(/\s/g, '').includes(sha256(list)));
    });
  } finally {
    await bridge.end();
  }
});

test('a new version is offered and not forced, and then taken by every tab as a whole', { timeout }, () => withPage(async (page) => {
  await keep(page);
  const other = await page.context().newPage();
  await other.goto(page.url());
  const former = await kept(page);
  await renew(page, 'The second version');
  await notice(other).waitFor();

  // The host has the former engine no more; this device does.
  await page.reload();
  assert.equal(await page.title(), 'Restante');
  const restante = await openHostile(page);
  await restante.close();
  await notice(page).getByRole('button', { name: 'Later' }).click();
  await notice(page).waitFor({ state: 'detached' });

  await notice(other).getByRole('button', { name: 'Reload to update' }).click();
  for (const tab of [page, other]) await tab.waitForFunction(() => document.title === 'The second version');
  await new Restante(page).openButton.waitFor();
  const now = await kept(page);
  assert.equal(Object.keys(now).length, 1);
  assert.notDeepEqual(Object.keys(now), Object.keys(former));
  assert.equal(await notice(page).count() + await notice(other).count(), 0);
  await host.stop();
  await page.reload();
  assert.equal(await page.title(), 'The second version');
  await openHostile(page);
}));

test('a tab that is opened while a new version is fetched is told of it, too', { timeout }, () => withPage(async (page) => {
  await keep(page);
  host.revise('The second version');
  const release = host.hold((path) => path.startsWith('/assets/worker-loader'));
  await page.evaluate(async () => { (await navigator.serviceWorker.getRegistration()).update(); });
  await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration()).installing !== null);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await new Restante(other).openButton.waitFor();
  await other.waitForTimeout(500);
  assert.equal(await notice(other).count(), 0);
  release();
  for (const tab of [page, other]) await notice(tab).waitFor();
}));

test('a new version is taken by itself once no tab uses the former', { timeout }, () => withPage(async (page) => {
  await keep(page);
  await renew(page, 'The second version');
  const address = page.url();
  const later = await page.context().newPage();
  await page.close();
  await later.waitForTimeout(500);
  await later.goto(address);
  await later.waitForFunction(() => document.title === 'The second version');
  assert.equal(Object.keys(await kept(later)).length, 1);
}));

test('the notice is accessible, wide, on a phone and in the dark', { timeout }, () => withPage(async (page) => {
  await keep(page);
  await renew(page, 'The second version');
  await inEachView(page, async (view) => {
    await isAccessible(page, view);
    const [box, width] = [await notice(page).boundingBox(), page.viewportSize().width];
    assert.ok(box.x >= 0 && box.x + box.width <= width, `${view}: ${JSON.stringify(box)}`);
  });
}));

test('a version is kept whole or not at all', { timeout }, () => withPage(async (page) => {
  host.spoil('message-frame-remote.html');
  const outcome = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.register('service-worker.js');
    const worker = registration.installing;
    await new Promise((done) => { worker.addEventListener('statechange', done, { once: true }); });
    return worker.state;
  });
  assert.equal(outcome, 'redundant');
  assert.deepEqual([await kept(page), await registrations(page)], [{}, 0]);
}));

test('where the page may connect to follows its host without another version', { timeout }, () => withPage(async (page) => {
  await keep(page);
  const policy = async (of) => page.evaluate(async (path) => (await caches.match(path)).headers.get('Content-Security-Policy'), of);
  const elsewhere = 'wss://elsewhere.example/tunnel';
  host.write('--bridge', elsewhere);
  await page.reload();
  const loader = host.read('index.html').match(/assets\/worker-loader-[0-9a-f]+\.js/)[0];
  for (const path of ['index.html', loader]) {
    const deadline = Date.now() + 10_000;
    while (!(await policy(path)).includes('elsewhere') && Date.now() < deadline) await page.waitForTimeout(50);
    assert.match(await policy(path), /connect-src 'self' wss:\/\/elsewhere\.example/);
  }
}));

test('nothing of the page is left once no mail is kept', { timeout }, () => withPage(async (page) => {
  await keep(page);
  const forget = async () => {
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).active.postMessage('forget'));
    const deadline = Date.now() + 10_000;
    while ((await left(page)) > 0 && Date.now() < deadline) await page.waitForTimeout(50);
  };
  const all = await kept(page);
  await forget();
  assert.deepEqual([await kept(page), await registrations(page)], [{}, 0]);
  // Kept again by the same tab, which still has its worker.
  await page.evaluate(async () => (await navigator.serviceWorker.register('service-worker.js', { updateViaCache: 'none' })).active?.postMessage('keep'));
  const deadline = Date.now() + 10_000;
  while (JSON.stringify(await kept(page)) !== JSON.stringify(all) && Date.now() < deadline) await page.waitForTimeout(50);
  assert.deepEqual(await kept(page), all);
  await forget();
  assert.deepEqual([await kept(page), await registrations(page)], [{}, 0]);
  // What is open goes on with its host, and leaves nothing either.
  const restante = await openHostile(page);
  await restante.read('Hostile from head to foot');
  await (await restante.mailFrame()).getByText('The end of it.').waitFor();
  await page.reload();
  await new Restante(page).openButton.waitFor();
  assert.deepEqual([await kept(page), await registrations(page)], [{}, 0]);
}));

test('Trusted Types admit the service worker and no other script', { timeout }, () => withPage(async (page) => {
  const refused = await page.evaluate(async () => {
    const tried = ['service-worker.js?x', 'assets/service-worker.js', '/other.js', 'https://elsewhere.example/service-worker.js'];
    const outcomes = await Promise.all(tried.map((url) => navigator.serviceWorker.register(url).then(() => 'taken', ({ name }) => name)));
    return outcomes;
  });
  assert.deepEqual(refused, Array(4).fill('TypeError'));
  assert.equal(await registrations(page), 0);
}));
