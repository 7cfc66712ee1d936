// The control of the hostile letters: opened without any care they do what they are made for.
import { MARK } from './corpus.mjs';

/** How many letters stand in one page, and how many pages are open at the same time. */
const [TOGETHER, PAGES] = [40, 2];
/** How long letters have before everything in them is clicked, and afterwards, in milliseconds. */
const [BEFORE, AFTER] = [1_200, 800];

/** Opens all letters without care; the ids of those that ran something, asked for something, or took the place of what a script looks for. */
export async function openCarelessly(browser, canary, letters) {
  const context = await browser.newContext();
  const active = new Set();
  const ids = new Set(letters.map(({ id }) => id));
  canary.careless = new Map(letters.map(({ id, html }) => [id, html]));
  canary.heard = ({ url }) => active.add(url.split('/').find((part) => ids.has(part)));
  context.on('console', (message) => {
    if (message.text().startsWith(MARK)) active.add(message.text().slice(MARK.length));
  });
  context.on('dialog', (dialog) => dialog.dismiss().catch(() => {}));
  context.on('page', async (page) => {
    if (!(await page.opener())) return;
    await page.waitForTimeout(AFTER / 4);
    await page.close();
  });

  /** In frames of one page, or in a page of their own: what leads the page around it away needs that, and what begins with the keyboard's focus. */
  const open = async (some) => {
    const page = await context.newPage();
    canary.careless.set(some[0].id + '+', frames(some));
    const path = some.length > 1 ? `${some[0].id}+` : some[0].id;
    await page.goto(`http://127.0.0.1:${canary.port}/careless/${path}`, { waitUntil: 'commit' }).catch(() => {});
    await page.waitForTimeout(some.length > 1 ? BEFORE : BEFORE / 3);
    const taken = await Promise.race([page.evaluate(clickAll).catch(() => []), page.waitForTimeout(3_000)]);
    for (const at of taken ?? []) active.add(some[at].id);
    await page.waitForTimeout(some.length > 1 ? AFTER : AFTER / 2);
    await page.close();
  };
  const all = async (batches, pages) => {
    const one = async () => { for (let batch = batches.shift(); batch; batch = batches.shift()) await open(batch); };
    await Promise.all(Array.from({ length: pages }, one));
  };
  await all(Array.from({ length: Math.ceil(letters.length / TOGETHER) }, (_, at) => letters.slice(at * TOGETHER, (at + 1) * TOGETHER)), PAGES);
  await all(letters.filter(({ id, isQuiet }) => !active.has(id) && !isQuiet).map((letter) => [letter]), 3 * PAGES);
  await context.close();
  canary.heard = () => {};
  return active;
}

const frames = (letters) => letters.map(({ id }) => `<iframe src="/careless/${id}" sandbox="allow-scripts allow-same-origin allow-forms allow-popups allow-modals" width="90" height="90"></iframe>`).join('');

/** Clicks whatever can be clicked; the places of the letters in which an element took the place of something that has a name. Runs in the page. */
function clickAll() {
  const frames = [...document.querySelectorAll('body > iframe[src^="/careless/"]')];
  const windows = frames.length ? frames.map((frame) => frame.contentWindow) : [window];
  const taken = [];
  windows.forEach((window, at) => {
    try {
      const { document } = window;
      const named = [...document.querySelectorAll('[id], [name]')].flatMap((element) => [element.id, element.getAttribute('name')].filter(Boolean).map((name) => [element, name]));
      const isTaken = ([element, name]) => [window, document].some((owner) => owner[name] === element || owner[name]?.constructor?.name === 'HTMLCollection' || owner[name]?.frameElement === element)
        || [...document.forms].some((form) => form[name] === element);
      if (named.some(isTaken)) taken.push(at);
      for (const element of document.querySelectorAll('a, area, button, input, label, summary')) {
        // What other programs open is not waited for.
        if (/^(?!javascript|data|https?)[a-z-]+:/i.test(element.href ?? '')) continue;
        element.dispatchEvent(new window.MouseEvent('click', { bubbles: true, cancelable: true, view: window }));
      }
    } catch {
      // It has been led away.
    }
  });
  return taken;
}
