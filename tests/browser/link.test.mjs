// Links that name a mailbox (RFC 2384), and the addresses that the page must not accept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 60_000;
const our = suite({ world: null, bridge: { allow: ['pop.example.org'] } });

const withLink = (link, use) => visit(our.browser, `${our.bridge.url}#${link}`, {}, async (page) => {
  const restante = new Restante(page);
  await restante.openButton.waitFor();
  await use(restante, page);
});

test('a link fills the form in', { timeout }, () => withLink('pops://ana@pop.example.org:1995', async (restante) => {
  await restante.user.waitFor();
  await assertForm(restante, { server: 'pop.example.org', port: '1995', security: 'TLS', user: 'ana' });
  assert.equal(await restante.password.inputValue(), '');
}));

test('a user name may hold an at-sign, and a missing port is the usual one', { timeout }, () =>
  withLink('pops://ana%40example.org@pop.example.org', (restante) =>
    assertForm(restante, { server: 'pop.example.org', port: '995', security: 'TLS', user: 'ana@example.org' })));

test('a pop link never means clear text', { timeout }, () => withLink('pop://ana@pop.example.org', (restante) =>
  assertForm(restante, { server: 'pop.example.org', port: '110', security: 'STARTTLS', user: 'ana' })));

test('a password in a link is refused and disappears from the address', { timeout }, () =>
  withLink('pops://ana:hunter2@pop.example.org:995', async (restante, page) => {
    await page.getByText('a password does not belong in a link').waitFor();
    assert.equal(await restante.password.inputValue(), '');
    assert.equal(await restante.server.inputValue(), '');
    assert.ok(!page.url().includes('hunter2'), page.url());
    assert.ok(!(await page.locator('body').innerText()).includes('hunter2'));
  }));

test('a link of another kind is refused with an example', { timeout }, () => withLink('pops://', async (_, page) => {
  await page.getByText('pops://user@pop.example.org:995').waitFor();
}));

async function assertForm(restante, { server, port, security, user }) {
  await restante.page.waitForFunction((server) => [...document.querySelectorAll('input')].some((input) => input.value === server), server);
  assert.equal(await restante.server.inputValue(), server);
  assert.equal(await restante.port.inputValue(), port);
  assert.equal(await restante.security.evaluate((select) => select.selectedOptions[0].textContent.trim()), security);
  assert.equal(await restante.user.inputValue(), user);
}
