// The page's two workers trap and hang, as no program should: the page says so, and the mailbox goes on.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 120_000;
const our = suite();

/** Opens the sample mailbox. A dead worker is a line on the console, so the page is not asked to be silent. */
async function withSample(use) {
  await visit(our.browser, our.bridge.url, { clean: false }, async (page) => {
    page.setDefaultTimeout(60_000);
    const restante = new Restante(page);
    const { user, password } = our.world.mailbox('sample');
    await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
    await restante.settled();
    await use(restante, page);
  });
}

function worker(page, name) {
  const found = page.workers().find((worker) => new URL(worker.url()).pathname.includes(name));
  assert.ok(found, `${name} runs: ${page.workers().map((worker) => worker.url())}`);
  return found;
}

/** Ways in which a program ends that should not. None of them is told by the program itself. */
const ENDS = {
  traps: () => { setTimeout(() => { throw new WebAssembly.RuntimeError('unreachable'); }); },
  'rejects a promise': () => { Promise.reject(new WebAssembly.RuntimeError('unreachable')); },
  hangs: () => { setTimeout(() => { for (;;); }); },
  'ends itself': () => { setTimeout(() => close()); },
};

// Most of the time goes by until a program that says nothing is given up: two of them wait together.
describe('a program that ends as it should not', { concurrency: 2 }, () => {
  for (const [how, end] of Object.entries(ENDS)) {
    test(`an engine that ${how} is told, started anew, and the mailbox goes on`, { timeout }, () => withSample(async (restante, page) => {
      await restante.read('The key is under the blue pot');
      await worker(page, 'worker').evaluate(end);
      await restante.alert.filter({ hasText: 'engine stopped and was started anew' }).waitFor();
      await restante.message.getByText('not the green one').waitFor();
      await restante.settled();
      await restante.read('Your boiler service on Thursday');
      await restante.message.getByText('keep a jumper at hand').waitFor();
      await page.getByRole('button', { name: 'Close this notice' }).click();
      assert.equal(await restante.alert.count(), 0);
    }));
  }

  for (const how of ['traps', 'hangs']) {
    test(`a sanitiser that ${how} costs one message its HTML, and the next one is shown`, { timeout }, () => withSample(async (restante, page) => {
      await restante.read('Two evenings at the pier');
      await (await restante.mailFrame()).locator('img').first().waitFor();
      await worker(page, 'sanitizer').evaluate(ENDS[how]);
      await restante.read('Five harbours worth the detour');
      await restante.alert.filter({ hasText: 'could not be made safe' }).or(restante.message.locator('iframe')).first().waitFor();
      await restante.read('موعد العشاء يوم الجمعة');
      await (await restante.mailFrame()).getByText('نلتقي').first().waitFor();
      await restante.read('Five harbours worth the detour');
      await (await restante.mailFrame()).getByText('Skerry Point').first().waitFor();
    }));
  }
});

test('an engine that cannot be loaded is told once a mailbox is opened, and not loaded again and again', { timeout }, async () => {
  await visit(our.browser, our.bridge.url, { clean: false }, async (page) => {
    const restante = new Restante(page);
    let asked = 0;
    // The page that is left takes its engine along: what that one asks for would count, too.
    await page.goto('about:blank');
    await page.context().route('**/worker_bg*.wasm', (route) => { asked += 1; return route.abort(); });
    await page.goto(our.bridge.url);
    const { user, password } = our.world.mailbox('sample');
    await restante.fill({ port: our.world.pops_port, user, password });
    await restante.openButton.click();
    await restante.alert.filter({ hasText: 'could not be loaded' }).waitFor();
    await page.waitForTimeout(2000);
    assert.ok(asked <= 2, `${asked} times`);
  });
});

test('where the rest of the page does not load that is said, and trying again shows the mailbox', { timeout }, async () => {
  await visit(our.browser, our.bridge.url, { clean: false }, async (page) => {
    const restante = new Restante(page);
    await page.goto('about:blank');
    const rest = '**/app_screens*.wasm';
    let asked = 0;
    await page.context().route(rest, (route) => { asked += 1; return route.abort(); });
    await page.goto(our.bridge.url);
    const { user, password } = our.world.mailbox('sample');
    await restante.fill({ port: our.world.pops_port, user, password });
    await restante.openButton.click();
    await page.getByRole('button', { name: 'Trust exactly this certificate' }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'The rest of the page did not load.' });
    await alert.waitFor();
    const before = asked;
    await alert.getByRole('button', { name: 'Try again' }).click();
    while (asked === before) await page.waitForTimeout(50);
    await alert.waitFor();
    assert.ok(await page.evaluate(() => document.activeElement !== document.body), 'the keyboard is somewhere');
    await page.context().unroute(rest);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await restante.settled();
    await restante.read('The key is under the blue pot');
    // It stays loaded: nothing is fetched for the next mailbox.
    await page.context().route(rest, (route) => route.abort());
    await restante.close();
    await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
    await restante.settled();
  });
});

test('a diagnosis that is asked for before the rest of the page is there says what it waits for', { timeout }, async () => {
  await visit(our.browser, our.bridge.url, { clean: false }, async (page) => {
    const restante = new Restante(page);
    await page.goto('about:blank');
    const rest = '**/app_screens*.wasm';
    await page.context().route(rest, (route) => route.abort());
    await page.goto(our.bridge.url);
    await restante.fill({ port: our.world.pops_port, user: 'nobody', password: 'wrong' });
    await restante.openButton.click();
    await page.getByRole('button', { name: 'Trust exactly this certificate' }).click();
    await restante.alert.filter({ hasText: 'password' }).first().waitFor();
    await page.getByRole('button', { name: 'Diagnosis', exact: true }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'The rest of the page did not load.' });
    await alert.waitFor();
    await page.context().unroute(rest);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('dialog', { name: 'Diagnosis' }).waitFor();
  });
});
