// A browser keeps a mailbox, is closed, opens it again, and looks around in it.
//
// `node keep.mjs CHROMIUM URL PROFILE MESSAGES [QUERIES]` prints one JSON line; times are milliseconds. The form has to be
// filled in already (an operator's preset). Without QUERIES it only keeps.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../browser/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const [executablePath, url, profile, messages, queries] = process.argv.slice(2);
const FLAGS = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
if (process.getuid?.() === 0) FLAGS.push('--no-sandbox');
const PATIENCE = 900_000;

/** Notes, inside the page, what crosses to the workers, long tasks and frames. */
function watch() {
  if (window !== window.top) return;
  const bench = { crossed: [], longTasks: [], started: performance.timeOrigin };
  window.restanteBench = bench;
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      super.addEventListener('message', ({ data }) => {
        bench.crossed.push({ up: true, at: performance.now(), octets: data?.[0]?.length ?? 0 });
      });
    }

    postMessage(...given) {
      bench.crossed.push({ up: false, at: performance.now(), octets: given[0]?.[0]?.length ?? 0 });
      super.postMessage(...given);
    }
  };
  new PerformanceObserver((list) => bench.longTasks.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: 'longtask', buffered: true });
}

/** The most memory that any process of this browser that draws pages has had, in KiB. */
function memory() {
  let most = 0;
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${id}/cmdline`, 'latin1');
      if (!words.includes('--type=renderer') && !words.includes(profile)) continue;
      if (!words.includes('--type=renderer')) continue;
      const environment = readFileSync(`/proc/${id}/status`, 'latin1');
      most = Math.max(most, Number(/VmHWM:\s+(\d+)/.exec(environment)?.[1] ?? 0));
    } catch { /* It has ended. */ }
  }
  return most;
}

const percentile = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0;

async function launch() {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath, args: FLAGS, viewport: { width: 1360, height: 900 }, locale: 'en-GB', serviceWorkers: 'allow',
  });
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript(watch);
  return context;
}

const inbox = (page) => page.getByRole('treeitem', { name: 'Inbox', exact: true }).first();

/** Waits until the list has so many messages and nothing comes any more. */
async function whole(page) {
  await page.waitForFunction((count) => {
    const row = document.querySelector('[role=option]');
    const busy = [...document.querySelectorAll('button')].some((button) => button.textContent === 'Pause');
    return row?.getAttribute('aria-setsize') === count && !busy;
  }, messages, { polling: 20 });
}

const result = {};
let context = await launch();
try {
  const page = context.pages()[0] ?? await context.newPage();
  await page.goto(url);
  await page.getByRole('checkbox', { name: 'Keep mail on this device' }).check();
  const button = page.getByRole('button', { name: 'Open mailbox', exact: true });
  await page.waitForLoadState('networkidle');
  const click = await page.evaluate(() => performance.now());
  await button.click();
  await inbox(page).waitFor();
  result.firstRowMs = await page.waitForFunction(() => document.querySelector('[role=option]') && performance.now())
    .then((handle) => handle.jsonValue()).then((at) => at - click);
  await whole(page);
  result.keptMs = await page.evaluate(() => performance.now()) - click;
  result.longestTaskMs = await page.evaluate(() => Math.max(0, ...window.restanteBench.longTasks));
  result.memoryKib = memory();
} finally {
  await context.close();
}

if (queries) {
  context = await launch();
  try {
    const page = context.pages()[0] ?? await context.newPage();
    await page.goto(url);
    await page.waitForFunction(() => document.querySelector('[role=option] b'), undefined, { polling: 'raf' });
    result.openMs = await page.evaluate(() => performance.now());
    // From the question for the first list to its rows: the page's own start aside.
    result.firstScreenMs = await page.evaluate(() => {
      const { crossed } = window.restanteBench;
      const first = crossed.find(({ up }) => !up);
      const rows = crossed.find(({ up, octets }) => up && octets > 1500);
      return rows.at - first.at;
    });
    const list = page.getByRole('listbox', { name: 'Messages' });
    const rows = [];
    for (let turn = 0; turn < 200; turn += 1) {
      rows.push(await list.evaluate(async (element, part) => {
        const { crossed } = window.restanteBench;
        const from = crossed.length;
        element.scrollTop = (element.scrollHeight - element.clientHeight) * part;
        for (let waited = 0; waited < 400; waited += 1) {
          await new Promise((resolve) => { setTimeout(resolve, 5); });
          const asked = crossed.slice(from).find(({ up }) => !up);
          const answered = asked && crossed.slice(from).find(({ up, at, octets }) => up && at >= asked.at && octets > 500);
          if (answered) return answered.at - asked.at;
        }
        return -1;
      }, (turn * 0.618_034) % 1));
    }
    result.rowsP95Ms = percentile(rows.filter((time) => time >= 0), 0.95);
    result.rowsMissed = rows.filter((time) => time < 0).length;
    // Five seconds of scrolling without a stop: how long a frame takes, and rows that were not there in time.
    Object.assign(result, await list.evaluate((element) => new Promise((resolve) => {
      const frames = [];
      let ghosts = 0;
      let before = performance.now();
      const end = before + 5000;
      element.scrollTop = 0;
      const step = (now) => {
        frames.push(now - before);
        before = now;
        element.scrollTop += 60;
        const box = element.getBoundingClientRect();
        const middle = document.elementFromPoint(box.left + 40, box.top + box.height / 2);
        if (middle?.closest('.ghost')) ghosts += 1;
        if (now < end) return requestAnimationFrame(step);
        frames.sort((a, b) => a - b);
        resolve({ frameP99Ms: frames[Math.floor(frames.length * 0.99)], frames: frames.length, emptyFrames: ghosts });
      };
      requestAnimationFrame(step);
    })));
    const words = ['lantern', 'harbour', 'kettle', 'from:hugo', 'subject:no', 'mend the', 'wallpaper', 'no. 77', 'ladder', 'after:2026-01-01 lamp'];
    const box = page.getByRole('searchbox', { name: 'Search mail' });
    const searches = [];
    for (let turn = 0; turn < Number(queries); turn += 1) {
      const from = await page.evaluate(() => window.restanteBench.crossed.length);
      await box.fill(`${words[turn % words.length]} ${turn}`.slice(0, 3 + (turn % 17)));
      searches.push(await page.evaluate(async (since) => {
        const { crossed } = window.restanteBench;
        for (let waited = 0; waited < 600; waited += 1) {
          await new Promise((resolve) => { setTimeout(resolve, 5); });
          const asked = crossed.slice(since).find(({ up, octets }) => !up && octets > 5);
          const answered = asked && crossed.slice(since).find(({ up, at }) => up && at >= asked.at);
          if (answered) return answered.at - asked.at;
        }
        return -1;
      }, from));
    }
    result.searchP95Ms = percentile(searches.filter((time) => time >= 0), 0.95);
    result.searches = searches.filter((time) => time >= 0).length;
  } finally {
    await context.close();
  }
}
console.log(JSON.stringify(result));
