// A browser keeps a mailbox, is closed, opens it again, and looks around in it.
//
// `node keep.mjs CHROMIUM URL PROFILE MESSAGES [QUERIES]` prints one JSON line; times are milliseconds. The form has to be
// filled in already (an operator's preset). Without QUERIES it only keeps.

import { readdirSync, readFileSync } from 'node:fs';
import { Chromium } from './chromium.mjs';

const [executable, url, profile, messages, queries] = process.argv.slice(2);

/** Notes, inside the page, what crosses to the workers, long tasks and frames. */
function watch() {
  if (window !== window.top) return;
  const bench = { crossed: [], longTasks: [] };
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
  new PerformanceObserver((list) => bench.longTasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration }))))
    .observe({ type: 'longtask', buffered: true });
}

/** The most memory that a process of this browser which draws pages has had, its workers included, in KiB. */
function memory() {
  const read = (id, file) => { try { return readFileSync(`/proc/${id}/${file}`, 'latin1'); } catch { return ''; } };
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(processes.map((id) => [id, /PPid:\s+(\d+)/.exec(read(id, 'status'))?.[1]]));
  const isOurs = (id) => id !== undefined && (id === String(browser.pid) || isOurs(parents.get(id)));
  const most = (id) => Number(/VmHWM:\s+(\d+)/.exec(read(id, 'status'))?.[1] ?? 0);
  return Math.max(0, ...processes.filter((id) => read(id, 'cmdline').includes('--type=renderer') && isOurs(id)).map(most));
}

const percentile = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0;

const result = {};
let browser = await Chromium.start(executable, profile, watch);
try {
  await browser.open(url);
  const click = await browser.until(() => {
    const box = [...document.querySelectorAll('label')].find((label) => label.textContent.includes('Keep mail on this device'))?.querySelector('input');
    const button = [...document.querySelectorAll('button')].find(({ textContent, disabled }) => textContent === 'Open mailbox' && !disabled);
    // The operator's preset fills the form in.
    if (!box || !button || !document.querySelector('#password')?.value) return 0;
    if (!box.checked) { box.click(); return 0; }
    const now = performance.now();
    button.click();
    return now;
  });
  const before = memory();
  result.firstRowMs = await browser.until(() => document.querySelector('[role=option] b') && performance.now()) - click;
  result.keptMs = await browser.until((count) => {
    const row = document.querySelector('[role=option]');
    const busy = [...document.querySelectorAll('button')].some((button) => button.textContent === 'Pause');
    return row?.getAttribute('aria-setsize') === count && !busy && performance.now();
  }, messages) - click;
  // What the page does before it is asked to open a mailbox is measured with the form.
  const tasks = await browser.evaluate(() => window.restanteBench.longTasks);
  result.longestTaskMs = Math.max(0, ...tasks.filter(({ startTime }) => startTime >= click).map(({ duration }) => duration));
  result.memoryKib = memory();
  // The page, its programs' code and the browser's own were there before the first message.
  result.grownKib = result.memoryKib - before;
  await browser.close();
} finally {
  browser.kill();
}

if (queries) {
  browser = await Chromium.start(executable, profile, watch);
  try {
    await browser.open(url);
    result.openMs = await browser.until(() => document.querySelector('[role=option] b') && performance.now());
    // From the question for the first list to its rows: the page's own start aside.
    result.firstScreenMs = await browser.evaluate(() => {
      const { crossed } = window.restanteBench;
      const first = crossed.find(({ up }) => !up);
      const rows = crossed.find(({ up, octets }) => up && octets > 1500);
      return rows.at - first.at;
    });
    const rows = [];
    for (let turn = 0; turn < 200; turn += 1) {
      rows.push(await browser.evaluate(async (part) => {
        const element = document.querySelector('[role=listbox]');
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
    Object.assign(result, await browser.evaluate(() => new Promise((resolve) => {
      const element = document.querySelector('[role=listbox]');
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
    const searches = [];
    for (let turn = 0; turn < Number(queries); turn += 1) {
      searches.push(await browser.evaluate(async (query) => {
        const { crossed } = window.restanteBench;
        const since = crossed.length;
        const box = document.querySelector('input[type=search]');
        box.value = query;
        box.dispatchEvent(new InputEvent('input', { bubbles: true }));
        for (let waited = 0; waited < 600; waited += 1) {
          await new Promise((resolve) => { setTimeout(resolve, 5); });
          const asked = crossed.slice(since).find(({ up, octets }) => !up && octets > 5);
          const answered = asked && crossed.slice(since).find(({ up, at }) => up && at >= asked.at);
          if (answered) return answered.at - asked.at;
        }
        return -1;
      }, `${words[turn % words.length]} ${turn}`.slice(0, 3 + (turn % 17))));
    }
    result.searchP95Ms = percentile(searches.filter((time) => time >= 0), 0.95);
    result.searches = searches.filter((time) => time >= 0).length;
    await browser.close();
  } finally {
    browser.kill();
  }
}
console.log(JSON.stringify(result));
