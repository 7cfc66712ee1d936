// First steps: a mail address is typed, and what the page knows of its provider, or DNS says of its domain, fills the form in.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { NameServer } from './lib/names.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 60_000;
const names = await new NameServer({
  'SRV _pop3s._tcp.post.example': [1995, 'in.post.example'],
  'A in.post.example': '1.1.1.1',
  'SRV _submission._tcp.post.example': [587, 'out.post.example'],
  'A out.post.example': '1.1.1.1',
  'SRV _pop3._tcp.rented.example': [1995, 'shared.host.example'],
  'A shared.host.example': '1.1.1.1',
  'SRV _pop3s._tcp.barred.example': [995, 'pop.barred.example'],
  'A pop.barred.example': '1.1.1.1',
}).listen();
const our = suite({
  world: null,
  bridge: { allow: ['pop.example.org'], flags: ['--nameserver', names.address] },
  bridges: {
    asking: () => ({
      allow: ['*:1995'],
      flags: ['--discovery', '--nameserver', names.address, '--allow-submission', 'out.post.example'],
    }),
  },
});
after(() => names.end());

const withPage = (use, bridge = 'bridge') => visit(our.browser, our[bridge].url, {}, (page) => use(new Restante(page), page));

/** What stands in the form. */
const form = async ({ server, port, security, user }) => [
  await server.inputValue(), await port.inputValue(), await security.locator('option:checked').innerText(), await user.inputValue(),
];

test('an address fills in server, port, security and user name, and the page says whose they are and what is wanted', { timeout }, () =>
  withPage(async (restante, page) => {
    await restante.address.pressSequentially('ana@gmail.com');
    await restante.status.filter({ hasText: 'Settings of Gmail, known to this page. Mail is sent through smtp.gmail.com.' }).waitFor();
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

test('of another domain DNS is asked, and the page says so', { timeout }, () => withPage(async (restante) => {
  await restante.address.fill('ana@post.example');
  await restante.status.filter({ hasText: /^Settings from the DNS of post\.example\. Mail is sent through out\.post\.example\.$/ }).waitFor();
  assert.deepEqual(await form(restante), ['in.post.example', '1995', 'TLS', 'ana@post.example']);
  const kinds = ['_pop3s', '_pop3', '_submissions', '_submission'].map((kind) => `SRV ${kind}._tcp.post.example`);
  for (const kind of kinds) assert.ok(names.asked.includes(kind), `${kind} is asked for, of ${names.asked}`);
}, 'asking'));

test('a server of another domain is to be judged, and no record leads to clear text', { timeout }, () => withPage(async (restante) => {
  await restante.address.fill('ana@rented.example');
  await restante.status.filter({ hasText: 'They name a server of another domain: use it only if your provider does.' }).waitFor();
  assert.deepEqual(await form(restante), ['shared.host.example', '1995', 'STARTTLS', 'ana@rented.example']);
}, 'asking'));

test('a server that the bridge does not connect to is said to be there, and fills nothing in', { timeout }, () => withPage(async (restante, page) => {
  await restante.address.fill('ana@barred.example');
  await restante.status.filter({ hasText: 'names a server that this bridge does not connect to' }).waitFor();
  assert.deepEqual(await form(restante), ['', '995', 'TLS', '']);
  assert.equal(await page.getByText('pop.barred.example').count(), 0);
}, 'asking'));

test('of a domain that DNS names no servers of, its document is looked for, and nothing else', { timeout }, async () => {
  names.asked.length = 0;
  await withPage(async (restante) => {
    await restante.address.fill('ana@silent.example');
    await restante.status.filter({ hasText: 'Nothing is known of silent.example.' }).waitFor();
    assert.deepEqual(await form(restante), ['', '995', 'TLS', '']);
  }, 'asking');
  const hosts = new Set(names.asked.filter((asked) => !asked.startsWith('SRV ')).map((asked) => asked.split(' ')[1]));
  assert.deepEqual([...hosts], ['autoconfig.silent.example']);
});

test('a bridge that looks nothing up asks no name server, and of a known provider no bridge asks', { timeout }, async () => {
  names.asked.length = 0;
  await withPage(async (restante) => {
    await restante.address.fill('ana@post.example');
    await restante.status.filter({ hasText: 'Nothing is known of post.example.' }).waitFor();
  });
  await withPage(async (restante) => {
    await restante.address.fill('ana@gmx.de');
    await restante.status.filter({ hasText: 'Settings of GMX' }).waitFor();
  }, 'asking');
  assert.deepEqual(names.asked, []);
});

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
  await restante.status.filter({ hasText: 'The settings found are pop3.web.de, port 995, TLS. What you typed stays.' }).waitFor();
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
