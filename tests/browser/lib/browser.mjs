// Chromium with a fresh profile, and pages that are watched: whatever the console, the policy or the network says
// against them is kept, so that every test can end with `seen.assertClean()`.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumBinary } from './programs.mjs';

/** What Playwright 1.65 switches off. Of several such flags Chromium heeds the last one, so that ours has to have these as well. */
const OFF_BY_PLAYWRIGHT = ['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay', 'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect', 'TcpPortRandomizationWin',
  'OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'];
/**
 * What the window around a page does for itself: a page for the suggestions of its address bar, whose start took two thirds
 * of what the page under test takes, and a renderer that waits for another site.
 */
const OFF = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup', 'SpareRendererForSitePerProcess'];

const FLAGS = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  `--disable-features=${[...OFF_BY_PLAYWRIGHT, ...OFF].join()}`,
  // Code is compiled anew for every page. What is hot is optimised as anywhere; what is lukewarm is left as it is for longer.
  '--js-flags=--wasm-tiering-budget=130000000'];

/** Viewports that states are looked at in. */
export const VIEWS = {
  wide: { viewport: { width: 1360, height: 860 } },
  tablet: { viewport: { width: 820, height: 1100 }, hasTouch: true },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  dark: { viewport: { width: 1360, height: 860 }, colorScheme: 'dark' },
  forced: { viewport: { width: 1360, height: 860 }, forcedColors: 'active' },
  // What a window of 1366 by 600 pixels holds at 200 %.
  zoomed: { viewport: { width: 683, height: 300 }, deviceScaleFactor: 2 },
  phoneDark: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme: 'dark' },
};

/** Starts Chromium; as root it cannot use its sandbox. */
export function launch(more = []) {
  return chromium.launch(options(more));
}

/** Starts Chromium with a profile on the disk, in this folder: a context, whose end is the browser's. */
export function launchWithProfile(folder) {
  return chromium.launchPersistentContext(folder, options());
}

function options(more = []) {
  const args = [...FLAGS, ...more, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return { executablePath: chromiumBinary(), headless: true, args };
}

/** What a page did that somebody should know. */
export class Seen {
  complaints = [];
  requests = [];
  messages = [];
  #origin;

  constructor(origin) {
    this.#origin = origin;
  }

  /** Requests that went elsewhere than to the page's own server. */
  get foreign() {
    return this.requests.filter((url) => !url.startsWith(this.#origin) && !/^(data|blob|about):/.test(url));
  }

  /** Nothing complained, and nothing was fetched from elsewhere. */
  assertClean() {
    assert.deepEqual(this.complaints, [], 'the console, or the policy, complained');
    assert.deepEqual(this.foreign, [], 'something was fetched from elsewhere');
  }
}

/** Opens a watched page at `url`; `context` are Playwright's options of a browser context. */
export async function open(browser, url, { context = {}, reducedMotion = 'reduce' } = {}) {
  const seen = new Seen(new URL(url).origin);
  const owner = await browser.newContext({ ...VIEWS.wide, reducedMotion, acceptDownloads: true, locale: 'en-GB', ...context });
  owner.setDefaultTimeout(20_000);
  owner.on('request', (request) => seen.requests.push(request.url()));
  owner.on('weberror', (error) => seen.complaints.push(`error: ${error.error().message}`));
  owner.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) seen.complaints.push(`${message.type()}: ${message.text()}`);
  });
  await owner.exposeFunction('restanteTestSaw', (kind, detail) => {
    (kind === 'violation' ? seen.complaints : seen.messages).push(detail);
  });
  await owner.addInitScript(() => {
    if (window !== window.top) return;
    document.addEventListener('securitypolicyviolation', (event) => {
      window.restanteTestSaw('violation', `${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
    });
    window.addEventListener('message', (event) => {
      window.restanteTestSaw('message', typeof event.data === 'string' ? event.data : JSON.stringify(event.data));
    });
  });
  const page = await owner.newPage();
  await page.goto(url);
  return { page, seen, close: () => owner.close() };
}

/**
 * Opens a watched page at `url` and hands `use` the page and what is seen. Afterwards nothing may have complained and
 * nothing may have been fetched from elsewhere, unless `clean` says otherwise. A failure leaves a picture in `output/`.
 */
export async function visit(browser, url, { context, clean = true } = {}, use) {
  const { page, seen, close } = await open(browser, url, { context });
  try {
    await use(page, seen);
    if (clean) seen.assertClean();
  } catch (error) {
    const path = `output/failure-${process.pid}-${Date.now()}.png`;
    await page.screenshot({ path }).catch(() => {});
    error.message += `\n  picture: ${path}\n  seen: ${seen.complaints.join('\n        ') || 'no complaints'}`;
    throw error;
  } finally {
    await close();
  }
}

/**
 * A file of this name on the disk for as long as `use` takes. A browser is given its path: to hand
 * a large one over by way of the driver takes longer than a test.
 */
export async function withFile(name, bytes, use) {
  const folder = await mkdtemp(join(tmpdir(), 'restante-file-'));
  try {
    await writeFile(join(folder, name), bytes);
    await use(join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}
