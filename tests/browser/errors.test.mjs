// What the page says when a mailbox cannot be opened: who is at fault, and what to do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 60_000;
const our = suite({ bridge: { allow: ['nowhere.invalid:995'] } });

const withPage = (use) => visit(our.browser, our.bridge.url, {}, (page) => use(new Restante(page), page));

/** The page shows an error with this headline and this advice, and the form is there to try again. */
async function shows(restante, headline, advice) {
  const alert = restante.alert.filter({ hasText: headline });
  await alert.first().waitFor();
  assert.match(await alert.first().innerText(), advice);
  await restante.openButton.waitFor();
}

const hasFocus = (locator) => locator.evaluate((node) => node === document.activeElement);

const sample = () => {
  const { user, password } = our.world.mailbox('sample');
  return { port: our.world.pops_port, user, password };
};

test('a wrong password: check user name and password', { timeout }, () => withPage(async (restante) => {
  await restante.submit({ ...sample(), password: 'wrong' }, our.world.fingerprint);
  await shows(restante, 'refused user name or password', /Check both/);
  assert.ok(await hasFocus(restante.password), 'the password is asked for again');
  // The right one then opens it, without asking about the certificate again.
  await restante.password.fill(sample().password);
  await restante.openButton.click();
  await restante.list.waitFor();
}));

test('an unknown host: check the spelling', { timeout }, () => withPage(async (restante) => {
  await restante.fill({ ...sample(), host: 'nowhere.invalid', port: 995 });
  await restante.openButton.click();
  await shows(restante, 'no server of this name', /spelling/);
}));

test('refused by the bridge: its policy, not a fault of the user', { timeout }, () => withPage(async (restante) => {
  await restante.fill({ ...sample(), host: 'pop.example.org', port: 995 });
  await restante.openButton.click();
  await shows(restante, 'The bridge does not connect to this server', /operator/);
}));

test('a certificate that is not trusted is shown, and then trusted by its fingerprint', { timeout }, () => withPage(async (restante, page) => {
  await restante.fill(sample());
  await restante.openButton.click();
  await page.getByText('signed by nobody this browser knows').first().waitFor();
  await page.getByText(our.world.fingerprint).first().waitFor();
  await page.getByText('Restante test authority').first().waitFor();
  assert.equal(await restante.list.count(), 0);
  await restante.trust(our.world.fingerprint);
  await restante.list.waitFor();
}));

test('no POP3: check server and port', { timeout }, () => withPage(async (restante) => {
  await restante.submit({ ...sample(), port: our.world.fault('NotPop3').tls_port }, our.world.fault_fingerprint);
  await shows(restante, 'does not speak POP3', /Check server and port/);
}));

test('TLS spoken to a server that answers in clear text: another security setting is needed', { timeout }, () => withPage(async (restante) => {
  await restante.fill({ ...sample(), port: our.world.fault('NotPop3').clear_port });
  await restante.openButton.click();
  await shows(restante, 'No secure connection came about', /995/);
}));

test('no STARTTLS: the password was not sent', { timeout }, () => withPage(async (restante) => {
  await restante.fill({ ...sample(), security: 'STARTTLS', port: our.world.fault('NoStls').clear_port });
  await restante.openButton.click();
  await shows(restante, 'does not offer STARTTLS', /not sent/);
}));

test('a server that asks for a pause says how long, and a button works then and not before', { timeout }, () => withPage(async (restante, page) => {
  await restante.submit({ ...sample(), port: our.world.fault('LoginDelay').tls_port }, our.world.fault_fingerprint);
  await shows(restante, 'come back later', /Try again in 2 minutes/);
  assert.match(await restante.alert.getByRole('timer').innerText(), /^from \d\d:\d\d on: in [12]:\d\d$/);
  const again = restante.alert.getByRole('button', { name: 'Try again' });
  assert.equal(await again.getAttribute('aria-disabled'), 'true');
  assert.ok(!(await hasFocus(restante.password)), 'the password is not at fault');
  const left = await restante.alert.getByRole('timer').innerText();
  await page.waitForFunction((left) => document.querySelector('[role=timer]').innerText !== left, left);
  await again.click({ force: true });
  await restante.openButton.waitFor();
  await restante.alert.filter({ hasText: 'come back later' }).waitFor();
}));

test('a temporary fault is to be tried again, at once if one likes', { timeout }, () => withPage(async (restante) => {
  await restante.submit({ ...sample(), port: our.world.fault('Temporary').tls_port }, our.world.fault_fingerprint);
  await shows(restante, 'come back later', /password is not at fault/i);
  assert.ok(!(await hasFocus(restante.password)));
  await restante.alert.getByRole('button', { name: 'Try again' }).click();
  await restante.status.filter({ hasText: /\S/ }).first().waitFor();
  await shows(restante, 'come back later', /disk is being changed/);
}));

test('a permanent fault is told, and neither the password nor patience is asked for', { timeout }, () => withPage(async (restante) => {
  await restante.submit({ ...sample(), port: our.world.fault('Permanent').tls_port }, our.world.fault_fingerprint);
  await shows(restante, 'The server refused', /account has been closed/);
  assert.ok(!(await hasFocus(restante.password)));
  assert.deepEqual(await restante.alert.getByRole('button').allTextContents(), ['Diagnosis']);
}));

test('a mailbox in use, and a server that asks for a pause, do not blame the password', { timeout }, () => withPage(async (restante) => {
  await restante.submit({ ...sample(), port: our.world.fault('InUse').tls_port }, our.world.fault_fingerprint);
  await shows(restante, 'open in another session', /few minutes/);
  await restante.submit({ ...sample(), port: our.world.fault('LoginDelay').tls_port }, our.world.fault_fingerprint);
  await shows(restante, 'come back later', /password is not at fault/i);
}));

test('clear text only after a yes to the warning', { timeout }, () => withPage(async (restante, page) => {
  await restante.fill({ ...sample(), security: 'none', port: our.world.pop_port });
  await restante.openButton.click();
  assert.equal(await restante.list.count(), 0);
  await page.getByRole('checkbox', { name: /in clear text/ }).check();
  await restante.openButton.click();
  await restante.list.waitFor();
}));

test('a connection lost in an open mailbox is said, and what was read stays', { timeout }, () => withPage(async (restante, page) => {
  await restante.submit({ ...sample(), port: our.world.lossy_port }, our.world.fingerprint);
  await restante.list.waitFor();
  await restante.read('The key is under the blue pot');
  await restante.message.getByText('not the green one').waitFor();
  await our.world.cut();
  await page.getByText('connection lost, trying again').first().waitFor();
  await restante.message.getByText('not the green one').waitFor();
  assert.ok(await restante.rows.count());
  // And it opens again.
  await restante.status.filter({ hasText: /of 88/ }).first().waitFor();
  await restante.read('Your boiler service on Thursday');
  await restante.message.getByText('keep a jumper at hand').waitFor();
}));

test('a connection lost while a message is fetched costs no more than that', { timeout }, () => withPage(async (restante, page) => {
  await restante.submit({ ...sample(), port: our.world.fault('DropsInBody').tls_port }, our.world.fault_fingerprint);
  await restante.list.waitFor();
  await (await restante.row('Scripted message 3')).click();
  await page.getByText('The connection was lost').first().waitFor();
  assert.equal(await page.getByText('that plays a part').count(), 0, 'half a message is shown as one');
}));

test('a message the server refuses is named, and the others can be read', { timeout }, () => withPage(async (restante, page) => {
  await restante.submit({ ...sample(), port: our.world.fault('RefusesOneMessage').tls_port }, our.world.fault_fingerprint);
  await restante.list.waitFor();
  await (await restante.row('Scripted message 2')).click();
  await page.getByText('This message cannot be had').or(page.getByText('damaged')).first().waitFor();
  await restante.read('Scripted message 3');
  await restante.message.getByText('This is message 3').waitFor();
}));

test('a form that is not complete says what is missing', { timeout }, () => withPage(async (restante, page) => {
  await restante.openButton.click();
  await page.getByText('Type the name of your mail server').waitFor();
}));
