// WebKitGTK for ./journey.mjs: its own WebDriver, asked by plain HTTP, on a screen that nobody sees.
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileOf } from './firefox.mjs';
import { byRole, letter, Stale } from './journey.mjs';
import { Program, webkitDriver, xvfb } from './programs.mjs';

/** The key of an element's reference (WebDriver, section 12). */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** What it answers where an element is not in the page any more (WebDriver, section 6.6). */
const STALE = 'stale element reference';

export class WebKit {
  #screen;
  #driver;
  #address;
  #session;
  #folder;

  static async launch() {
    const webkit = new WebKit();
    try {
      await webkit.#start();
    } catch (error) {
      await webkit.close();
      throw error;
    }
    return webkit;
  }

  async #start() {
    this.#folder = await mkdtemp(join(tmpdir(), 'restante-webkit-'));
    const [config, downloads] = [join(this.#folder, 'config'), join(this.#folder, 'downloads')];
    await mkdir(config);
    await mkdir(downloads);
    await writeFile(join(config, 'user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
    this.#screen = new Program(xvfb(), ['-displayfd', '1', '-screen', '0', '1360x860x24', '-nolisten', 'tcp']);
    const port = await freePort();
    this.#driver = new Program(webkitDriver(), [`--port=${port}`], {
      env: {
        ...process.env,
        DISPLAY: `:${await this.#screen.line()}`,
        HOME: this.#folder,
        XDG_CONFIG_HOME: config,
        XDG_DATA_HOME: join(this.#folder, 'data'),
        XDG_CACHE_HOME: join(this.#folder, 'cache'),
        GSETTINGS_BACKEND: 'memory',
        NO_AT_BRIDGE: '1',
        // Its sandbox wants what root in a container has not.
        ...(process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {}),
      },
    });
    this.#address = `http://127.0.0.1:${port}`;
    await this.#listening();
    const { sessionId } = await this.#ask('POST', '/session', { capabilities: {} });
    this.#session = `/session/${sessionId}`;
  }

  async #listening() {
    for (let turn = 0; turn < 100; turn += 1) {
      if (await fetch(`${this.#address}/status`).then(() => true, () => false)) return;
      await new Promise((done) => { setTimeout(done, 100); });
    }
    throw new Error(`WebKitWebDriver does not answer: ${this.#driver.errors}`);
  }

  async #ask(method, path, body) {
    const answer = await fetch(this.#address + path, { method, ...(body && { body: JSON.stringify(body) }) });
    const { value } = await answer.json();
    if (!answer.ok) throw new (value.error === STALE ? Stale : Error)(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }

  #tell(path, body = {}) {
    return this.#ask('POST', this.#session + path, body);
  }

  async goto(url) {
    await this.#tell('/url', { url });
    await this.run(() => {
      window.restanteTestComplaints = [];
      const complain = (words) => window.restanteTestComplaints.push(words);
      addEventListener('error', (event) => complain(event.message));
      addEventListener('unhandledrejection', (event) => complain(String(event.reason)));
      document.addEventListener('securitypolicyviolation', (event) => complain(`${event.violatedDirective}: ${event.blockedURI}`));
    });
  }

  run(body, ...args) {
    return this.#tell('/execute/sync', { script: `return (${body})(...arguments)`, args });
  }

  async find(role, name) {
    return (await this.run(byRole, role, name)) ?? undefined;
  }

  click(element) {
    return this.#tell(`/element/${element[ELEMENT]}/click`);
  }

  async type(element, text) {
    await this.#tell(`/element/${element[ELEMENT]}/clear`);
    await this.#tell(`/element/${element[ELEMENT]}/value`, { text });
  }

  async mail() {
    try {
      await this.#tell('/frame', { id: await this.run(() => document.querySelector('article iframe')) });
      return await this.run(letter);
    } finally {
      await this.#tell('/frame', { id: null });
    }
  }

  downloaded(name) {
    return fileOf(join(this.#folder, 'downloads'), name, `${name}.wkdownload`);
  }

  complaints() {
    return this.run(() => window.restanteTestComplaints);
  }

  async picture(path) {
    await writeFile(path, Buffer.from(await this.#ask('GET', `${this.#session}/screenshot`), 'base64'));
  }

  async close() {
    if (this.#session) await this.#ask('DELETE', this.#session);
    await this.#driver?.end('SIGTERM');
    await this.#screen?.end('SIGTERM');
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }
}

/** A port that was free a moment ago: the driver takes no other way of choosing one. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
