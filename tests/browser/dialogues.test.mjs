// Every dialogue of tests/scripts, from a socket through the bridge into the page: a person sees what the script's `@`
// lines say. RESTANTE_SCRIPT=name plays the scripts of which the name holds that text.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, open } from './lib/browser.mjs';
import { Bridge, Dialogues } from './lib/programs.mjs';
import { Restante } from './lib/restante.mjs';

// Pages at work at the same time.
const PAGES = 3;
// For one dialogue. Some of them are silent for five seconds, and some send millions of lines.
const timeout = 90_000;

const dialogues = await Dialogues.start();
const chosen = dialogues.scripts.filter(({ name }) => name.includes(process.env.RESTANTE_SCRIPT ?? ''));
const idle = [];
let bridge, browser;

before(async () => {
  bridge = await Bridge.serve({ ports: dialogues.ports });
  browser = await launch();
}, { timeout });

after(async () => {
  await browser?.close();
  await bridge?.end();
  await dialogues.end();
});

/** Hands a page that shows the form to `use`; it is used again unless `use` fails. */
async function withPage(use) {
  const opened = idle.pop() ?? await open(browser, bridge.url);
  try {
    const restante = new Restante(opened.page);
    await restante.openButton.waitFor();
    await use(restante);
    opened.seen.assertClean();
    idle.push(opened);
  } catch (error) {
    error.message += `\n  the page: ${await opened.page.locator('body').innerText().catch(() => 'is gone')}`;
    await opened.close();
    throw error;
  }
}

async function play(restante, script) {
  // A script tells what is said on its first connection: none is made ahead of the click.
  await restante.fill(script, { ahead: false });
  if (script.security === 'none') await restante.page.getByRole('checkbox', { name: /in clear text/ }).setChecked(script.agreed);
  await noteInterruptions(restante.page);
  await restante.openButton.click();
  if (script.security !== 'none') await trust(restante);
  const mailbox = script.outcomes.some(({ what }) => what === 'opened');
  for (const outcome of script.outcomes) await SHOWN[outcome.what](restante, outcome, mailbox);
  if (!script.outcomes.some(({ what }) => what === 'failed')) {
    assert.equal(await restante.page.locator('.interrupted').count(), 0, 'the session has ended');
  }
  if (mailbox) await restante.close();
}

/** Trusts the servers' certificate; a server that refuses to talk may not come to show it. */
async function trust(restante) {
  await restante.trustButton.or(restante.alert).first().waitFor();
  if (!(await restante.trustButton.count())) return;
  await restante.trust(dialogues.fingerprint);
  await restante.trustButton.waitFor({ state: 'detached' });
}

const SHOWN = {
  async opened(restante, { messages, rows, faulty }) {
    await restante.list.waitFor();
    // What is in sight is drawn; the lists of the corpus hardly reach beyond.
    await restante.page.waitForFunction(([list, wanted]) => list.querySelectorAll('[role=option]').length >= wanted,
      [await restante.list.elementHandle(), Math.min(rows, 6)]);
    if (rows) assert.equal(await restante.rows.first().getAttribute('aria-setsize'), String(messages));
    else assert.equal(await restante.rows.count(), 0);
    // A row that had no header may have got one from the message meanwhile.
    const without = await restante.rows.and(restante.page.locator('.faulty')).count();
    assert.ok(without <= faulty, `${without} rows without a header`);
  },

  async message(restante, { position, text }) {
    await row(restante, position).click();
    await restante.message.getByRole('button', { name: 'Source', exact: true }).waitFor();
    if (text) await restante.message.getByText(JSON.parse(`"${text.replaceAll("\\'", "'")}"`)).first().waitFor();
  },

  async 'message-failed'(restante, { position, words }) {
    await row(restante, position).click();
    await says(restante.message.getByRole('alert'), words);
  },

  async failed(restante, { kind, words }, mailbox) {
    // Without consent the form itself says no, and nothing is sent.
    if (kind === 'cleartext-not-agreed') await restante.page.getByRole('checkbox', { checked: false }).and(restante.page.locator('[aria-invalid=true]')).waitFor();
    // A session that is lost is taken up again by itself, and the list stays: the status line says so each time.
    else if (mailbox && kind === 'connection-lost') {
      await said(restante.page, ['connection lost, trying again in', 'of 7)']);
      assert.ok(await restante.list.isVisible());
    } else if (mailbox) await said(restante.page, words);
    else await says(restante.alert, words);
  },
};

const row = (restante, position) => restante.list.locator(`[role=option][aria-posinset="${position + 1}"]`);

/** Notes what the page says of a session: one that was lost is taken up again soon, and then the words are gone. */
async function noteInterruptions(page) {
  await page.evaluate(() => {
    window.interruptions = [];
    const note = () => document.querySelectorAll('.interrupted [role=alert], .mailbox [role=status]').forEach((place) => {
      if (window.interruptions.at(-1) !== place.innerText) window.interruptions.push(place.innerText);
    });
    window.noting ??= new MutationObserver(note);
    window.noting.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

/** The page has said these words of a lost session. */
async function said(page, [headline, advice]) {
  await page.waitForFunction((words) => window.interruptions.some((text) => text.includes(words)), headline, { timeout: timeout - 10_000 });
  const texts = await page.evaluate(() => window.interruptions.map((text) => text.replaceAll(/\s+/g, ' ')));
  assert.ok(texts.some((text) => text.includes(advice.replaceAll(/\s+/g, ' '))), `${JSON.stringify(texts)} advise otherwise than ${JSON.stringify(advice)}`);
}

/** The note has these words for what happened and for what to do. */
async function says(note, [headline, advice]) {
  const shown = note.filter({ hasText: headline }).first();
  await shown.waitFor({ timeout: timeout - 10_000 });
  const text = (await shown.innerText()).replaceAll(/\s+/g, ' ');
  assert.ok(text.includes(advice.replaceAll(/\s+/g, ' ')), `${JSON.stringify(text)} advises otherwise than ${JSON.stringify(advice)}`);
}

test('there are as many dialogues as promised', () => {
  assert.ok(dialogues.scripts.length >= 150, `${dialogues.scripts.length} dialogues`);
});

describe('the page plays', { concurrency: PAGES }, () => {
  for (const script of chosen) test(script.name, { timeout }, () => withPage((restante) => play(restante, script)));
});
