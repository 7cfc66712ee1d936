// First steps: a mail address is typed, and what the page knows of its provider fills the form in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 60_000;
const our = suite({ world: null, bridge: { allow: ['pop.example.org'] } });

const withPage = (use) => visit(our.browser, our.bridge.url, {}, (page) => use(new Restante(page), page));

/** What stands in the form. */
const form = async ({ server, port, security, user }) => [
  await server.inputValue(), await port.inputValue(), await security.locator('option:checked').innerText(), await user.inputValue(),
];

test('an address fills in server, port, security and user name, and the page says whose they are and what is wanted', { timeout }, () =>
  withPage(async (restante, page) => {
    await restante.address.pressSequentially('ana@gmail.com');
    await restante.status.filter({ hasText: 'Settings of Gmail, known to this page. Mail is sent by smtp.gmail.com.' }).waitFor();
    assert.deepEqual(await form(restante), ['pop.gmail.com', '995', 'TLS', 'ana@gmail.com']);
    await page.getByText('Your usual password is refused here').waitFor();
    const link = page.getByRole('link', { name: /Help from Gmail/ });
    assert.match(await link.getAttribute('href'), /^https:\/\/support\.google\.com\//);
    assert.deepEqual([await link.getAttribute('target'), await link.getAttribute('rel')], ['_blank', 'noopener noreferrer']);
    assert.ok(await restante.address.evaluate((field) => field === document.activeElement), 'the keyboard stays where it is');
    assert.equal(await page.evaluate(async () => localStorage.length + (await indexedDB.databases()).length), 0, 'nothing is stored');
  }));

test('no field moves when the settings come', { timeout }, () => withPage(async (restante) => {
  const before = await restante.password.boundingBox();
  await restante.address.fill('ana@posteo.de');
  await restante.status.filter({ hasText: 'Settings of Posteo' }).waitFor();
  assert.deepEqual(await restante.password.boundingBox(), before);
}));

test('leaving the field, and Enter, look at once', { timeout }, () => withPage(async (restante, page) => {
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await restante.address.fill('ana@web.de');
  await restante.server.focus();
  await restante.status.filter({ hasText: 'Settings of WEB.DE' }).waitFor();
  await restante.address.fill('ana@gmx.de');
  await restante.server.fill('');
  await restante.address.press('Enter');
  await restante.status.filter({ hasText: 'Settings of GMX' }).waitFor();
  assert.equal(await restante.server.inputValue(), 'pop.gmx.net');
}));

test('a provider without POP3 is said to have none, and nothing of an earlier one stays', { timeout }, () => withPage(async (restante, page) => {
  await restante.address.fill('ana@gmx.de');
  await restante.status.filter({ hasText: 'Settings of GMX' }).waitFor();
  await restante.address.fill('ana@icloud.com');
  await restante.status.filter({ hasText: 'iCloud offers no POP3' }).waitFor();
  assert.deepEqual(await form(restante), ['', '995', 'TLS', '']);
  await page.getByRole('link', { name: /Help from iCloud/ }).waitFor();
}));

test('of an unknown domain the page says what to do, and the form is typed as ever', { timeout }, () => withPage(async (restante) => {
  await restante.address.fill('ana@post.example.org');
  await restante.status.filter({ hasText: /Nothing is known of post\.example\.org\. Ask your provider/ }).waitFor();
  assert.deepEqual(await form(restante), ['', '995', 'TLS', '']);
  await restante.server.fill('pop.example.org');
  await restante.user.fill('ana');
  assert.deepEqual(await form(restante), ['pop.example.org', '995', 'TLS', 'ana']);
}));

test('what somebody typed stays, until they take what was found', { timeout }, () => withPage(async (restante, page) => {
  await restante.server.fill('mx.example.org');
  await restante.user.fill('ana');
  await restante.address.fill('ana.b@web.de');
  await restante.status.filter({ hasText: 'They are pop3.web.de, port 995, TLS. What you typed stays.' }).waitFor();
  assert.deepEqual(await form(restante), ['mx.example.org', '995', 'TLS', 'ana']);
  await page.getByRole('button', { name: 'Use these settings' }).click();
  assert.deepEqual(await form(restante), ['pop3.web.de', '995', 'TLS', 'ana']);
}));

test('an account that the host offers makes way for somebody’s own', { timeout }, () => withPage(async (restante, page) => {
  const preset = { host: '127.0.0.1', port: 9950, user: 'demo', password: 'demo' };
  await page.route('**/restante.json', (route) => route.fulfill({ json: { preset } }));
  await page.reload();
  await page.getByText('is filled in').waitFor();
  assert.deepEqual(await form(restante), ['127.0.0.1', '9950', 'TLS', 'demo']);
  await restante.address.fill('ana@web.de');
  await restante.status.filter({ hasText: 'Settings of WEB.DE' }).waitFor();
  assert.deepEqual(await form(restante), ['pop3.web.de', '995', 'TLS', 'ana@web.de']);
  assert.equal(await restante.password.inputValue(), '');
}));
