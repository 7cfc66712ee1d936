// Firefox for ./journey.mjs, over WebDriver BiDi.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { byRole, letter, Stale } from './journey.mjs';
import { firefoxBinary } from './programs.mjs';

export class Firefox {
  #browser;
  #page;
  #folder;
  #complaints = [];

  static async launch() {
    const firefox = new Firefox();
    firefox.#folder = await mkdtemp(join(tmpdir(), 'restante-firefox-'));
    firefox.#browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firefoxBinary(),
      headless: true,
      defaultViewport: { width: 1360, height: 860 },
      extraPrefsFirefox: {
        'browser.download.folderList': 2,
        'browser.download.dir': firefox.#folder,
        'browser.download.always_ask_before_handling_new_types': false,
        'browser.download.manager.closeWhenDone': true,
        'pdfjs.disabled': true,
      },
    });
    firefox.#page = await firefox.#browser.newPage();
    firefox.#page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) firefox.#complaints.push(message.text());
    });
    firefox.#page.on('pageerror', (error) => firefox.#complaints.push(error.message));
    return firefox;
  }

  async goto(url) {
    await this.#page.goto(url);
  }

  run(body, ...args) {
    return this.#page.evaluate(body, ...args);
  }

  async find(role, name) {
    const handle = await this.#page.evaluateHandle(byRole, role, name);
    return handle.asElement() ?? undefined;
  }

  async click(element, options) {
    await element.click(options).catch((error) => {
      throw /detached|not clickable/.test(error.message) ? new Stale(error.message) : error;
    });
  }

  async type(element, text) {
    // A third click takes the whole line, which the text then replaces.
    await this.click(element, { count: 3 });
    await element.type(text);
  }

  async mail() {
    const frame = this.#page.frames().find((frame) => frame.parentFrame());
    return frame?.evaluate(letter);
  }

  downloaded(name) {
    return fileOf(this.#folder, name, `${name}.part`);
  }

  complaints() {
    return this.#complaints;
  }

  async picture(path) {
    await this.#page.screenshot({ path });
  }

  async close() {
    await this.#browser?.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }
}

/** The bytes of a downloaded file, once nothing is written to it any more. */
export async function fileOf(folder, name, unfinished) {
  if (await readFile(join(folder, unfinished)).catch(() => undefined)) return undefined;
  const bytes = await readFile(join(folder, name)).catch(() => undefined);
  return bytes?.length ? bytes : undefined;
}
