// Preview writes nothing: not on the server, not on the device. Closing the mailbox forgets what was in memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { fingerprints } from './lib/mail.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 60_000;
const our = suite();

/** Everything an origin can keep in a browser. */
async function kept(page) {
  const inPage = await page.evaluate(async () => {
    const files = [];
    const root = await navigator.storage.getDirectory();
    for await (const name of root.keys()) files.push(name);
    return {
      local: { ...localStorage },
      session: { ...sessionStorage },
      databases: (await indexedDB.databases()).map(({ name }) => name),
      caches: await caches.keys(),
      files,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      history: JSON.stringify(history.state) ?? 'null',
      window: window.name,
    };
  });
  return { ...inPage, cookies: await page.context().cookies() };
}

const NOTHING = { local: {}, session: {}, databases: [], caches: [], files: [], workers: 0, window: '', cookies: [] };

test('opening, reading and closing leaves nothing behind, here or on the server', { timeout }, async () => {
  const mailbox = our.world.mailbox('sample');
  const before = await fingerprints(mailbox.maildir);
  await visit(our.browser, our.bridge.url, {}, async (page) => {
    const restante = new Restante(page);
    await restante.open({ port: our.world.pops_port, user: mailbox.user, password: mailbox.password }, our.world.fingerprint);
    await restante.read('Invoice for the windows');
    await restante.download('invoice-0311.pdf');
    await restante.read('Five harbours worth the detour');
    await restante.mailFrame();

    const { history: during, ...open } = await kept(page);
    assert.deepEqual(open, NOTHING, 'something was written while the mailbox was open');
    assert.ok(!/robin|held|pot|harbour/i.test(during), during);
    await restante.close();
    const { history: after, ...closed } = await kept(page);
    assert.deepEqual(closed, NOTHING, 'something was left when the mailbox was closed');
    assert.ok(!/robin|held|pot|harbour/i.test(after), after);

    assert.equal(await restante.list.count(), 0);
    assert.equal(await restante.password.inputValue(), '', 'the password is still in the form');
    const body = await page.locator('body').innerText();
    assert.ok(!/harbours|Invoice/.test(body), body);
    assert.ok(!/robin|held|password/i.test(page.url()), page.url());

    // Back leads to no mail, and a reload to an empty form.
    await page.goBack().catch(() => {});
    assert.equal(await restante.list.count(), 0);
    await page.goto(our.bridge.url);
    await page.reload();
    await restante.openButton.waitFor();
    assert.equal(await restante.password.inputValue(), '');
    assert.equal(await restante.user.inputValue(), '');
  });
  assert.deepEqual(await fingerprints(mailbox.maildir), before, 'something changed on the server');
});

test('another mailbox shows nothing of the one before', { timeout }, () => visit(our.browser, our.bridge.url, {}, async (page) => {
  const restante = new Restante(page);
  const [first, second] = [our.world.mailbox('sample'), our.world.mailbox('hostile')];
  await restante.open({ port: our.world.pops_port, user: first.user, password: first.password }, our.world.fingerprint);
  await restante.read('The key is under the blue pot');
  await restante.close();
  await restante.open({ port: our.world.pops_port, user: second.user, password: second.password }, our.world.fingerprint);
  await restante.rows.filter({ hasText: 'Hostile from head to foot' }).first().waitFor();
  assert.equal(await page.getByText('The key is under the blue pot').count(), 0);
  assert.equal(await restante.rows.count(), 4);
}));
