// What only tests run in a browser: examples of the keeper's package, which `cargo xtask build --trials` makes. They come
// from the bridge's own origin, as the page does, and are not part of it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { target } from './programs.mjs';

const TYPES = { html: 'text/html', js: 'text/javascript', wasm: 'application/wasm' };
const folder = process.env.RESTANTE_TRIALS ?? join(target, 'xtask', 'trials');

const MADE = {
  'trials.html': '<!doctype html><title>Trials</title>',
  'trial-loader.js': "import init from './trial.js'; await init();",
};

/** Adds them to a browser context, under `trials/` of this origin. */
async function serve(context, origin) {
  await context.route(`${origin}/trials/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').pop();
    const body = MADE[name] ?? (await readFile(join(folder, name)));
    await route.fulfill({ body, contentType: TYPES[name.split('.').pop()] });
  });
}

/** A page that runs trials in workers of its own. */
export class Trials {
  static async open(context, origin) {
    await serve(context, origin);
    const trials = new Trials();
    trials.page = await context.newPage();
    await trials.page.goto(`${origin}/trials/trials.html`);
    return trials;
  }

  /** Runs a trial to its end: what it says then. It fails as the trial does. */
  run(name) {
    return this.page.evaluate((name) => new Promise((done, fail) => {
      const worker = new Worker(`trial-loader.js#${name}`, { type: 'module' });
      worker.onerror = (event) => fail(new Error(`${name}: ${event.message}`));
      worker.onmessage = ({ data }) => {
        if (data.startsWith('failed')) fail(new Error(`${name}: ${data}`));
        if (!data.startsWith('done')) return;
        worker.terminate();
        done(data.slice('done '.length));
      };
    }), name);
  }

  /** Starts a writer, and kills it so many milliseconds after its first batch: how many it said were there. */
  writeAndKill(after) {
    return this.page.evaluate((after) => new Promise((done, fail) => {
      const worker = new Worker('trial-loader.js#writes-batches', { type: 'module' });
      let told;
      worker.onerror = (event) => fail(new Error(event.message));
      worker.onmessage = ({ data }) => {
        if (data.startsWith('failed')) fail(new Error(data));
        if (told === undefined) setTimeout(() => { worker.terminate(); done(told); }, after);
        told = Number(data.replace('batches ', ''));
      };
    }), after);
  }
}

/** A tab with an engine in it and no app: it is asked in the words of `restante_api::Call`. */
export class Tab {
  #calls = 0;

  /** `version` stands for another version of the page: the same program under another address. */
  static async open(context, origin, { version } = {}) {
    await serve(context, origin);
    const tab = new Tab();
    tab.page = await context.newPage();
    await tab.page.goto(`${origin}/trials/trials.html`);
    const index = await (await fetch(origin)).text();
    let [, loader] = index.match(/name="restante-keeper" content="([^"]+)"/);
    if (version) {
      const body = await (await fetch(`${origin}/${loader}`)).text();
      loader = loader.replace(/-[0-9a-f]+\.js$/, `-${version}.js`);
      await tab.page.route(`${origin}/${loader}`, (route) => route.fulfill({ body, contentType: TYPES.js }));
    }
    await tab.page.evaluate(async (loader) => {
      // The number of the list of what is kept is larger than a number of JavaScript.
      const LIST = '18446744073709551615';
      window.replies = [];
      window.say = (name, detail) => dispatchEvent(new CustomEvent(name, { detail }));
      window.ask = (call) => say('call', JSON.stringify(call).replaceAll('"kept"', LIST));
      addEventListener('reply', ({ detail }) => replies.push(JSON.parse(detail.replaceAll(LIST, '"kept"'))));
      addEventListener('died', ({ detail }) => replies.push({ died: detail }));
      const { default: init } = await import('./driver.js');
      await init();
      say('start', loader);
    }, new URL(loader, `${origin}/`).href);
    return tab;
  }

  /** Asks, and returns the question's number. */
  async ask(request) {
    this.#calls += 1;
    await this.page.evaluate((call) => ask(call), { Ask: { id: this.#calls, request } });
    return this.#calls;
  }

  /** Asks of what is kept. */
  keep(what) {
    return this.ask({ Keep: what });
  }

  /** Waits for an answer to this question that has this property, after `since` replies; the property. */
  async told(to, property, { since = 0 } = {}) {
    const found = await this.page.waitForFunction(([to, property, since]) => {
      const dead = replies.find((reply) => reply.died);
      if (dead) throw new Error(`the engine died: ${dead.died}`);
      const at = (update) => property.split('.').reduce((value, name) => value?.[name], update);
      const reply = replies.slice(since).filter((reply) => reply.to === to).map((reply) => at(reply.update)).findLast((value) => value !== undefined);
      return reply === undefined ? false : { reply };
    }, [to, property, since]);
    return (await found.jsonValue()).reply;
  }

  /** How many replies have come so far. */
  heard() {
    return this.page.evaluate(() => replies.length);
  }

  /** Ends the engine in the middle of whatever it does. */
  kill() {
    return this.page.evaluate(() => say('kill'));
  }
}
