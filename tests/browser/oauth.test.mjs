// Signing in at a provider's own page: a mailbox is opened without a password, kept, and checked after its token has ended.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isAccessible } from './lib/axe.mjs';
import { launch, visit } from './lib/browser.mjs';
import { Bridge, World } from './lib/programs.mjs';
import { Provider } from './lib/provider.mjs';
import { Restante } from './lib/restante.mjs';

const timeout = 90_000;
const our = {};
before(async () => {
  our.world = await World.start({ tokens: true });
  our.provider = await Provider.start(our.world);
  our.bridge = await Bridge.serve({ ports: our.world.ports, flags: ['--oauth', await our.provider.file()] });
  our.browser = await launch();
}, { timeout: 120_000 });
after(async () => {
  await our.browser?.close();
  await our.bridge?.end();
  await our.provider?.end();
  await our.world?.end();
});

/** The form, filled in but for a password. */
const withForm = (use) => visit(our.browser, our.bridge.url, { clean: false }, async (page, seen) => {
  const restante = new Restante(page);
  await restante.server.fill('127.0.0.1');
  await restante.port.fill(String(our.world.pops_port));
  await restante.user.fill(our.world.user);
  await use(restante, page);
  // The provider's window is the only one that goes elsewhere, and the page itself fetches nothing there.
  const { origin } = new URL(our.provider.authorize);
  assert.deepEqual(seen.foreign.filter((url) => !url.startsWith(origin)), []);
  assert.deepEqual(seen.complaints, []);
});

/** A picture of the state, where somebody wants to look at it. */
const look = async (page, name) => {
  if (process.env.RESTANTE_PICTURES) await page.screenshot({ path: `${process.env.RESTANTE_PICTURES}/oauth-${name}.png` });
};

/** Clicks what opens the provider's window, and does there what `choice` names. */
async function signIn(page, button, choice = 'Agree') {
  const [popup] = await Promise.all([page.waitForEvent('popup'), button.click()]);
  const link = popup.getByRole('link', { name: choice, exact: true });
  await link.waitFor();
  const closed = popup.waitForEvent('close');
  await link.click();
  await closed;
}

const withPostbox = (page) => page.getByRole('button', { name: 'Sign in with Postbox', exact: true });

test('who signs in at the provider reads mail, and no password was asked for', { timeout }, () =>
  withForm(async (restante, page) => {
    assert.equal(await restante.password.count(), 0);
    await page.getByText('Your password stays there').waitFor();
    await isAccessible(page);
    await look(page, 'form');
    await signIn(page, withPostbox(page));
    await restante.trust(our.world.fingerprint);
    await restante.list.waitFor();
    await restante.rows.first().waitFor();
    assert.equal(our.provider.hint, our.world.user);
    const { grant_type: kind, code_verifier: verifier } = our.provider.asked.at(-1);
    assert.equal(kind, 'authorization_code');
    assert.ok(verifier.length >= 43, 'RFC 7636, section 4.1');
    // Neither the code nor a token stays anywhere.
    assert.ok(!page.url().includes('code'));
    assert.equal(await page.evaluate(async () => localStorage.length + (await indexedDB.databases()).length), 0);
  }));

test('the button that opens the mailbox signs in as well, by keyboard', { timeout }, () =>
  withForm(async (restante, page) => {
    const popped = page.waitForEvent('popup');
    await restante.user.press('Enter');
    const popup = await popped;
    await page.getByText('Waiting for you to sign in with Postbox').waitFor();
    await look(page, 'waiting');
    await popup.getByRole('link', { name: 'Agree', exact: true }).press('Enter');
    await restante.trustButton.waitFor();
  }));

test('a refusal, a window that is not opened and a provider in trouble are told, and each can be tried again', { timeout }, () =>
  withForm(async (restante, page) => {
    await signIn(page, withPostbox(page), 'Do not agree');
    await restante.alert.filter({ hasText: 'The provider did not sign you in.' }).waitFor();
    await restante.alert.filter({ hasText: 'access_denied' }).waitFor();
    await isAccessible(page);
    await look(page, 'refused');

    our.provider.refusal = 'temporarily_unavailable';
    await signIn(page, withPostbox(page));
    await restante.alert.filter({ hasText: 'The provider\'s sign-in does not answer.' }).waitFor();
    our.provider.refusal = null;

    await page.evaluate(() => { window.opens = window.open; window.open = () => null; });
    await withPostbox(page).click();
    await page.getByText('Your browser did not open the window of Postbox.').waitFor();
    await page.evaluate(() => { window.open = window.opens; });

    // A window that nobody goes on in.
    const [popup] = await Promise.all([page.waitForEvent('popup'), withPostbox(page).click()]);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await withPostbox(page).waitFor();
    await popup.getByRole('link', { name: 'Agree', exact: true }).click();
    await page.waitForTimeout(500);
    assert.equal(await restante.trustButton.count(), 0, 'what was given up opens nothing');
  }));

test('what is said in another tab’s window is none of this one’s', { timeout }, () =>
  withForm(async (restante, page) => {
    const [popup] = await Promise.all([page.waitForEvent('popup'), withPostbox(page).click()]);
    const asked = our.provider.asked.length;
    const [stranger] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate(() => { window.open('oauth.html?code=stolen&state=forged'); }),
    ]);
    if (!stranger.isClosed()) await stranger.waitForEvent('close');
    assert.equal(our.provider.asked.length, asked);
    await popup.getByRole('link', { name: 'Agree', exact: true }).click();
    await restante.trustButton.waitFor();
  }));

test('a password may be used instead, and another server asks for one', { timeout }, () =>
  withForm(async (restante, page) => {
    await page.getByRole('button', { name: 'Use a password instead', exact: true }).click();
    await restante.password.waitFor();
    await withPostbox(page).click();
    await restante.password.waitFor({ state: 'detached' });
    await restante.server.fill('pop.example.org');
    await restante.password.waitFor();
    assert.equal(await withPostbox(page).count(), 0);
  }));

test('where mail is kept a token is renewed without a word, and a sign-in that is over is asked for again', { timeout }, () =>
  withForm(async (restante, page) => {
    our.provider.lifetime = 90;
    await page.getByRole('checkbox', { name: 'Keep mail on this device' }).check();
    await page.getByRole('checkbox', { name: 'Stay signed in on this device' }).check();
    await signIn(page, withPostbox(page));
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: /trust/i }).first().click();
    await restante.rows.first().waitFor();
    await page.getByText(/^Kept here · checked/).waitFor();
    // It ends too soon for the next check.
    await page.reload();
    await restante.rows.first().waitFor();
    const before = our.provider.asked.length;
    await restante.checkButton.click();
    const end = Date.now() + 20_000;
    while (our.provider.asked.length === before && Date.now() < end) await page.waitForTimeout(100);
    assert.ok(our.provider.asked.length > before, 'a check renews what is at its end');
    assert.equal(our.provider.asked.at(-1).grant_type, 'refresh_token');
    assert.equal(await restante.alert.count(), 0);

    our.provider.refusal = 'invalid_grant';
    await page.waitForTimeout(500);
    await restante.checkButton.click();
    await page.getByText('Your sign-in at the provider has ended.').first().waitFor();
    our.provider.refusal = null;
    our.provider.lifetime = 3600;
    await restante.checkButton.click();
    await dialog.getByText('Your password stays there').waitFor();
    await isAccessible(page);
    await look(page, 'again');
    await signIn(page, dialog.getByRole('button', { name: 'Sign in with Postbox', exact: true }));
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Your sign-in at the provider has ended.').first().waitFor({ state: 'detached' });
  }));
