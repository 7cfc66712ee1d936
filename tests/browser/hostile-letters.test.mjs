// Hostile letters by the hundred, each opened as a person does it, looked at, with its pictures shown and its links clicked:
// no script runs, nothing is asked for that nobody agreed to, and the page stays whole. A control shows that they are hostile.
import assert from 'node:assert/strict';
import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Canary } from './lib/hostile/canary.mjs';
import { openCarelessly } from './lib/hostile/careless.mjs';
import { corpus, lay, MARK } from './lib/hostile/corpus.mjs';
import { Opened } from './lib/hostile/opened.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 400_000;
const our = suite();
let canary;
let letters;

before(async () => {
  canary = await Canary.start();
  letters = corpus(canary.port);
});
after(() => canary?.end());

/** What the console says of tabs that lead nowhere, of pictures that do not come, of files that nobody gets, and of filters that the browser refuses. */
const MAY_BE_SAID = /Failed to load resource|Download is disallowed|Unsafe attempt to load URL/;

/**
 * Opens these letters in two pages at once: one reads downwards and the other upwards, until they meet. `use` is called
 * with what is open, the letter, and what is seen of it.
 */
async function withOpened(letters, use) {
  const { maildir, user, password } = our.world.mailbox('empty');
  await lay(maildir, letters);
  canary.forget();
  let [first, end] = [0, letters.length];
  const faults = [];
  const read = (isUpwards) => visit(our.browser, our.bridge.url, { clean: false, context: { viewport: { width: 1000, height: 500 } } }, async (page, seen) => {
    const opened = new Opened(page, letters, canary.port);
    page.context().on('console', (message) => { if (message.text().includes(MARK)) faults.push(`a script said ${message.text().slice(0, 200)}`); });
    await opened.restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
    let said = 0;
    await opened.each(() => {
      if (first === end) return undefined;
      return isUpwards ? (end -= 1) : (first += 1) - 1;
    }, isUpwards, async (letter, ...more) => {
      await use(opened, letter, ...more);
      for (const words of seen.complaints.slice(said).filter((words) => !MAY_BE_SAID.test(words))) faults.push(`${letter.id}, or the one before: ${words}`);
      said = seen.complaints.length;
    });
    await opened.settle();
    faults.push(...opened.faults, ...seen.messages.filter((words) => words.includes(MARK)));
    assert.equal(new URL(page.url()).origin, our.bridge.origin, 'the page has been led away');
    assert.equal(await page.evaluate(() => window.hacked), undefined, 'a script reached the page');
    assert.equal(await page.evaluate(() => document.title), 'Restante');
  });
  try {
    await Promise.all([read(false), read(true)]);
  } finally {
    for (const folder of ['new', 'cur']) {
      for (const file of await readdir(join(maildir, folder))) if (file.includes('.hostile')) await unlink(join(maildir, folder, file));
    }
  }
  assert.deepEqual(faults, []);
}

/**
 * Whoever follows a link asks for what it names, as a page of its own; what is shown of a letter are pictures. Nothing says
 * where it came from, and no picture says who asks.
 */
function isAgreed({ url, as, method, referer, cookie, origin }, clicked) {
  if (method !== 'GET' || referer !== undefined || origin !== undefined) return false;
  return as === 'document' ? clicked.has(url) : as === 'image' && cookie === undefined;
}

const paths = (opened) => opened.map((href) => { const { pathname, search } = new URL(href); return pathname + search; });

test('opened one by one, and with their links clicked, hostile letters run nothing and fetch nothing, and the page stays whole; nor do they once their pictures are shown, but for the pictures', { timeout }, async (context) => {
  assert.ok(letters.length >= 300, `${letters.length} letters`);
  const began = Date.now();
  const offering = new Set();
  const clicked = new Set();
  const click = async (opened) => {
    for (const path of paths(await opened.click())) clicked.add(path);
  };
  await withOpened(letters, async (opened, letter, seen) => {
    if (seen.offers) offering.add(letter.id);
    else await click(opened);
  });
  context.diagnostic(`${letters.length} letters, ${offering.size} with remote pictures: ${Date.now() - began} ms`);
  assert.deepEqual(canary.requests.filter((asked) => asked.as === 'image' || !isAgreed(asked, clicked)), [], 'asked for by nobody');

  const withPictures = letters.filter(({ id }) => offering.has(id));
  await withOpened(withPictures, async (opened, letter, seen, at) => {
    await opened.restante.message.getByRole('button', { name: 'Show once' }).click();
    await opened.seen(letter, at, true);
    await click(opened);
  });
  context.diagnostic(`and with their pictures: ${Date.now() - began} ms; ${clicked.size} links led somewhere`);
  assert.deepEqual(canary.requests.filter((asked) => !isAgreed(asked, clicked)), [], 'not agreed to');
  const shown = new Set(canary.requests.filter(({ as }) => as === 'image').map(({ url }) => url.split('/')[1]));
  assert.ok(shown.size > 100, `${shown.size} letters had pictures of the canary's`);
});

test('opened without care the same letters do run and do fetch: the watch works', { timeout }, async (context) => {
  const began = Date.now();
  const active = await openCarelessly(our.browser, canary, letters);
  context.diagnostic(`${active.size} of ${letters.length}: ${Date.now() - began} ms`);
  assert.deepEqual(letters.filter(({ id, isQuiet }) => !isQuiet && !active.has(id)).map(({ id }) => id), [], 'harmless');
  assert.ok(letters.filter(({ isQuiet }) => !isQuiet).length >= 300);
});
