// Chromium with nothing watching it but what is asked: a driver that follows a page's network is sent every octet of it,
// and takes as long over them as the page itself.
//
// The Chrome DevTools Protocol over a pipe: JSON messages that end with NUL, on the file descriptors 3 and 4.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How Chromium is started for a measurement. */
export const FLAGS = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
if (process.getuid?.() === 0) FLAGS.push('--no-sandbox');

const OWN_FLAGS = ['--headless=new', '--remote-debugging-pipe', '--no-default-browser-check', '--window-size=1360,900', '--lang=en-GB'];

/** A browser with one page. */
export class Chromium {
  #process;
  #ended;
  #next = 1;
  #waiting = new Map();
  #session;
  #target;

  /** Starts it with this profile. `script` runs in the page before its own. */
  static async start(executable, profile, script) {
    const browser = new Chromium();
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'];
    browser.#process = spawn(executable, [...FLAGS, ...OWN_FLAGS, `--user-data-dir=${profile}`, 'about:blank'], { stdio });
    browser.#ended = once(browser.#process, 'exit');
    browser.#listen();
    const { targetInfos } = await browser.#call('Target.getTargets', {}, null);
    browser.#target = targetInfos.find(({ type }) => type === 'page').targetId;
    browser.#session = (await browser.#call('Target.attachToTarget', { targetId: browser.#target, flatten: true }, null)).sessionId;
    await browser.#call('Page.enable');
    await browser.#call('Page.addScriptToEvaluateOnNewDocument', { source: `(${script})()` });
    return browser;
  }

  /** The browser's own process. */
  get pid() {
    return this.#process.pid;
  }

  /** Goes to a page, and waits until its document is there. */
  async open(url) {
    await this.#call('Page.navigate', { url });
    await this.evaluate(() => new Promise((resolve) => {
      if (document.readyState !== 'loading') resolve();
      else document.addEventListener('DOMContentLoaded', () => resolve());
    }));
  }

  /** Runs a function in the page, with what can be told in JSON, and waits for what it comes to. */
  async evaluate(run, ...given) {
    const expression = `(${run})(...${JSON.stringify(given)})`;
    const answer = await this.#call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true, userGesture: true });
    if (answer.exceptionDetails) throw new Error(JSON.stringify(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails));
    return answer.result.value;
  }

  /** Waits in the page, a frame at a time, until a function comes to something, and gives that. */
  until(condition, ...given) {
    return this.evaluate(`(...given) => new Promise((resolve) => {
      const look = () => {
        const found = (${condition})(...given);
        if (found) resolve(found); else setTimeout(look, 10);
      };
      look();
    })`, ...given);
  }

  /** Ends it as a person does. */
  async close() {
    await Promise.race([this.#call('Browser.close', {}, null), this.#ended]).catch(() => {});
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    await this.#ended;
    clearTimeout(late);
  }

  /** Ends it in whatever state it is. */
  kill() {
    this.#process.kill('SIGKILL');
  }

  #call(method, params = {}, sessionId = this.#session) {
    const id = this.#next;
    this.#next += 1;
    this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
    return new Promise((resolve, reject) => { this.#waiting.set(id, { resolve, reject, method }); });
  }

  #listen() {
    let text = '';
    this.#process.stdio[3].on('error', () => {});
    this.#process.stdio[4].setEncoding('utf8').on('data', (piece) => {
      text += piece;
      for (let end = text.indexOf('\0'); end >= 0; end = text.indexOf('\0')) {
        const message = JSON.parse(text.slice(0, end));
        text = text.slice(end + 1);
        const waiting = this.#waiting.get(message.id);
        if (!waiting) continue;
        this.#waiting.delete(message.id);
        if (message.error) waiting.reject(new Error(`${waiting.method}: ${message.error.message}`));
        else waiting.resolve(message.result);
      }
    }).on('close', () => {
      for (const { reject, method } of this.#waiting.values()) reject(new Error(`${method}: the browser has ended`));
      this.#waiting.clear();
    });
  }
}
