// One visit: a browser that has never seen the page opens it, waits until it is quiet, clicks `Open mailbox`, and
// waits until fifty rows are drawn. With a time in milliseconds, the password field gets the focus that long before the click.
//
// `node path.mjs CHROMIUM URL ROWS [FOCUS]` prints one JSON line; all times are milliseconds since 1970 by this machine's clock.
// The form has to be filled in already (an operator's preset). The window is high enough for all the rows.

import { createRequire } from 'node:module';
import { FLAGS } from './chromium.mjs';

const require = createRequire(new URL('../../browser/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const [executablePath, url, rows, focus] = process.argv.slice(2);

/** Notes, inside the page, when what happens. */
function watch(rows) {
  if (window !== window.top) return;
  const now = () => performance.timeOrigin + performance.now();
  const seen = { click: 0, inDocument: 0, drawn: 0, ready: 0, statuses: [], filled: [], alert: '' };
  window.restanteBench = seen;
  addEventListener('click', (event) => {
    if (event.target.closest('button')) seen.click ||= now();
  }, { capture: true });
  const look = () => {
    if (!seen.ready && document.querySelector('form button')) seen.ready = now();
    const status = document.querySelector('[role=status]')?.textContent.trim();
    if (status && status !== seen.statuses.at(-1)?.text) seen.statuses.push({ at: now(), text: status });
    seen.alert = document.querySelector('[role=alert]')?.textContent ?? '';
    const filled = document.querySelectorAll('[role=listbox] [role=option]').length;
    if (filled !== (seen.filled.at(-1)?.rows ?? 0)) seen.filled.push({ at: now(), rows: filled });
    if (!seen.inDocument && filled >= rows) {
      seen.inDocument = now();
      // The frame with the rows begins at the first callback and has been handed on by the second.
      requestAnimationFrame(() => setTimeout(() => { seen.drawn = now(); }));
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}

const browser = await chromium.launch({ executablePath, args: FLAGS });
try {
  const context = await browser.newContext({ viewport: { width: 1360, height: 5400 }, locale: 'en-GB' });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript(watch, Number(rows));
  await page.goto(url);
  const button = page.getByRole('button', { name: 'Open mailbox', exact: true });
  await button.waitFor();
  await page.waitForLoadState('networkidle');
  const paints = await page.evaluate(() => performance.getEntriesByType('paint')
    .map(({ name, startTime }) => [name, performance.timeOrigin + startTime]));
  const start = await page.evaluate(() => performance.timeOrigin);
  if (focus) {
    await page.getByLabel('Password', { exact: true }).click();
    await page.waitForTimeout(Number(focus));
  }
  await button.click();
  try {
    await page.waitForFunction(() => window.restanteBench.drawn || window.restanteBench.alert);
  } catch (error) {
    complaints.push(String(error).split('\n')[0]);
  }
  const seen = await page.evaluate(() => ({ ...window.restanteBench, options: document.querySelectorAll('[role=option]').length }));
  console.log(JSON.stringify({ start, paints: Object.fromEntries(paints), complaints, ...seen }));
} finally {
  await browser.close();
}
