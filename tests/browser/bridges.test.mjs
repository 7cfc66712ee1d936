// The page from one bridge, the tunnel through another: real ones both.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 60_000;
// The page's own bridge leads to none of the servers: what arrives came through another.
const our = suite({
  bridge: { ports: [], flags: ['--any-bridge'] },
  bridges: {
    listing: ({ world, bridge }) => ({ ports: world.ports, flags: ['--allow-origin', bridge.origin] }),
    silent: ({ world }) => ({ ports: world.ports }),
  },
});

/** Opens the page, chooses the bridge of this address and fills the rest of the form in. */
const through = (address, use, { clean = true } = {}) => visit(our.browser, our.bridge.url, { clean }, async (page) => {
  const restante = new Restante(page);
  await page.getByText('Bridge: this page').click();
  await page.getByRole('combobox', { name: 'Bridge', exact: true }).selectOption({ label: 'another, by its address' });
  await page.getByRole('textbox', { name: 'Address of the bridge' }).fill(address);
  const { user, password } = our.world.mailbox('sample');
  await restante.fill({ port: our.world.pops_port, user, password });
  await use(restante, page);
});

/** What the page calls a bridge. */
const host = (bridge) => new URL(bridge.url).host;

test('a bridge that lists the page carries its mail, and the path names it', { timeout }, () =>
  through(our.listing.tunnel, async (restante, page) => {
    await restante.openButton.click();
    await restante.trust(our.world.fingerprint);
    await restante.list.waitFor();
    await restante.read('The key is under the blue pot');
    await restante.message.getByText('not the green one').waitFor();
    await page.getByRole('button', { name: 'Path and certificate' }).click();
    const path = page.getByRole('dialog', { name: 'Path and certificate' });
    await path.getByText(host(our.listing)).first().waitFor();
  }));

test('a bridge that does not list the page is named, with what its operator has to do', { timeout }, () =>
  through(our.silent.tunnel, async (restante) => {
    await restante.openButton.click();
    const alert = restante.alert.filter({ hasText: 'The chosen bridge cannot be reached' });
    await alert.waitFor();
    const words = await alert.innerText();
    assert.ok(words.includes(`whoever runs ${host(our.silent)} has to list ${our.bridge.origin}`), words);
    assert.match(words, /password was not sent/);
  }, { clean: false }));

test('a bridge that the page may not speak to is laid to the charge of who serves the page', { timeout }, () =>
  visit(our.browser, our.silent.url, { clean: false }, async (page) => {
    // This host offers nothing but itself, so its policy forbids the others; a page that offers them all the same is told.
    await page.route('**/restante.json', (route) => route.fulfill({ json: { bridges: [our.listing.tunnel] } }));
    await page.reload();
    const restante = new Restante(page);
    await page.getByText(host(our.listing)).first().waitFor();
    const { user, password } = our.world.mailbox('sample');
    await restante.fill({ port: our.world.pops_port, user, password });
    await restante.openButton.click();
    const alert = restante.alert.filter({ hasText: 'This page may not use the chosen bridge' });
    await alert.waitFor();
    assert.match(await alert.innerText(), new RegExp(`does not list ${host(our.listing)}[^]*Whoever serves this page`));
  }));

test('what is no address of a bridge is refused before anything is sent, and the field says so', { timeout }, () =>
  through('https://bridge.example.org', async (restante, page) => {
    await restante.openButton.click();
    await page.getByText('begins with wss://').waitFor();
    const field = page.getByRole('textbox', { name: 'Address of the bridge' });
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.ok(await field.evaluate((node) => node === document.activeElement));
    await field.fill('ws://bridge.example.org');
    await restante.openButton.click();
    await page.getByText('only be on this very machine').waitFor();
  }));

test('a host that offers one bridge leaves no choice to show', { timeout }, () => visit(our.browser, our.silent.url, {}, async (page) => {
  await new Restante(page).openButton.waitFor();
  assert.equal(await page.getByText(/^Bridge: /).count(), 0);
}));
