// A host of static files that knows of Restante only what `restante page --out` wrote: the files, and `_headers`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restanteBinary } from './programs.mjs';

const TYPES = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  wasm: 'application/wasm',
  svg: 'image/svg+xml',
  png: 'image/png',
  json: 'application/json',
  webmanifest: 'application/manifest+json',
};

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function pending() {
  let resolve;
  const promise = new Promise((done) => { resolve = done; });
  return { promise, resolve };
}

export class StaticHost {
  folder = mkdtempSync(join(tmpdir(), 'restante-page-'));
  /** What it was asked for. */
  asked = [];
  #server;
  #held;

  /** Listens, and after `stop` where it listened before. */
  async listen() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    await new Promise((ready) => this.#server.listen(this.port ?? 0, '127.0.0.1', ready));
    this.port = this.#server.address().port;
    this.origin = `http://127.0.0.1:${this.port}`;
    return this;
  }

  /** Has the binary write the page. */
  write(...flags) {
    execFileSync(restanteBinary(), ['page', '--out', this.folder, ...flags], { stdio: ['ignore', 'ignore', 'ignore'] });
  }

  read(name) {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** Serves another content under this name, whatever is listed. */
  spoil(name) {
    writeFileSync(join(this.folder, name), `${this.read(name)} `);
  }

  /** Makes another version of the page, as a build would: its engine's loader has another name, and its title says so. */
  revise(title) {
    const put = (name, text) => writeFileSync(join(this.folder, name), text);
    const loader = this.read('index.html').match(/assets\/worker-loader-[0-9a-f]+\.js/)[0];
    const text = `${this.read(loader)}// ${title}\n`;
    const revised = `assets/worker-loader-${sha256(text).slice(0, 16)}.js`;
    put(revised, text);
    rmSync(join(this.folder, loader));
    put('index.html', this.read('index.html').replace(loader, revised).replace(/<title>.*<\/title>/, `<title>${title}</title>`));

    const worker = this.read('service-worker.js');
    const [version, template] = worker.match(/\b[0-9a-f]{64}\b/g);
    const names = this.read('SHA256SUMS').trimEnd().split('\n').map((line) => line.split('  ')[1]);
    const all = names.map((name) => (name === loader ? revised : name)).sort();
    const list = (own) => all.map((name) => `${name === 'service-worker.js' ? own : sha256(readFileSync(join(this.folder, name)))}  ${name}\n`).join('');
    const fresh = worker.replace(version, sha256(list(template)));
    put('service-worker.js', fresh);
    put('SHA256SUMS', list(sha256(fresh)));
  }

  /** Lets those wait who ask for what `matches` says, until the function that it returns is called. */
  hold(matches) {
    const { promise, resolve } = pending();
    this.#held = (path) => matches(path) && promise;
    return resolve;
  }

  async #answer(request, response) {
    const path = new URL(request.url, 'http://localhost').pathname;
    this.asked.push(path);
    await this.#held?.(path);
    try {
      const bytes = readFileSync(join(this.folder, path === '/' ? 'index.html' : path));
      const rule = path.startsWith('/assets/') ? '/assets/*' : path;
      for (const [name, value] of this.#headers(rule)) response.setHeader(name, value);
      response.setHeader('Content-Type', TYPES[path === '/' ? 'html' : path.split('.').pop()] ?? 'text/plain');
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }

  #headers(rule) {
    const lines = this.read('_headers').split('\n');
    const own = lines.slice(lines.indexOf(rule) + 1);
    const end = own.findIndex((line) => !line.startsWith('  '));
    return own.slice(0, end).map((line) => line.trim().split(/: (.*)/s, 2));
  }

  /** Answers nobody any more; its files stay. */
  async stop() {
    this.#server.closeAllConnections();
    await new Promise((gone) => this.#server.close(gone));
  }

  async end() {
    if (this.#server.listening) await this.stop();
    rmSync(this.folder, { recursive: true });
  }
}
