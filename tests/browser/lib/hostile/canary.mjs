// The server that hostile letters ask: it notes who asks for what, and gives each what would do the most harm.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { MARK } from './corpus.mjs';

const PICTURE = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
const TYPES = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml', html: 'text/html', xml: 'text/xml', vtt: 'text/vtt', json: 'application/json' };

export class Canary {
  /** What was asked for: the path, and what the browser said with it. */
  requests = [];
  /** Connections, also such as nothing was asked on. */
  connections = 0;
  /** What stands at /careless/ under these names: HTML as it came. This is not noted. */
  careless = new Map();
  #server;

  static async start() {
    const canary = new Canary();
    canary.#server = createServer((request, response) => canary.#answer(request, response)).listen(0, '127.0.0.1');
    canary.#server.on('connection', () => { canary.connections += 1; });
    canary.#server.on('upgrade', (request, socket) => {
      canary.#note(request);
      socket.destroy();
    });
    await once(canary.#server, 'listening');
    canary.port = canary.#server.address().port;
    return canary;
  }

  /** Called with each request as it comes. */
  heard = () => {};

  /** Begins anew. */
  forget() {
    this.requests = [];
    this.connections = 0;
  }

  end() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #note({ url, method, headers }) {
    const { referer, cookie, origin } = headers;
    const asked = { url, method, as: headers['sec-fetch-dest'], referer, cookie, origin };
    this.requests.push(asked);
    this.heard(asked);
  }

  #answer(request, response) {
    const careless = request.url.startsWith('/careless/') && this.careless.get(request.url.slice('/careless/'.length));
    if (careless) return void response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }).end(careless);
    // A tab's own, of what a person opened.
    if (request.url === '/favicon.ico') return void response.writeHead(404).end();
    this.#note(request);
    const { pathname } = new URL(request.url, 'http://localhost');
    const [, extension] = pathname.match(/\.(\w+)$/) ?? [undefined, 'html'];
    const isPicture = ['png', 'webp', 'ico', 'cur', 'gif'].includes(extension);
    response.writeHead(200, {
      'Content-Type': isPicture ? 'image/png' : TYPES[extension] ?? 'application/octet-stream',
      'Access-Control-Allow-Origin': '*',
      'Cache-Control': 'no-store',
      // Under its other name it is of one site with the page, and would be told what it said there.
      ...(request.headers.host?.startsWith('localhost') && { 'Set-Cookie': 'tracked=1; Path=/; SameSite=None; Secure' }),
    });
    return void response.end(isPicture ? PICTURE : this.#content(extension, pathname.slice(0, pathname.lastIndexOf('/'))));
  }

  /** What asks for more, and leaves a mark where it runs. */
  #content(extension, folder) {
    const url = `http://localhost:${this.port}${folder}`;
    const mark = `console.log("${MARK}${folder.slice(1)}")`;
    switch (extension) {
      case 'css': return `p,body{background:url(${url}/within-css.png)}`;
      case 'js': return `${mark};top.postMessage("${MARK}${folder.slice(1)}","*");new Image().src="${url}/within-js.png"`;
      case 'svg': return `<svg xmlns="http://www.w3.org/2000/svg" id="x"><image href="${url}/within-svg.png"/><script>${mark}</script></svg>`;
      // A tab that a person opened may run what it likes, but neither has a way back nor stands within the page.
      case 'html': return `<!doctype html><script>if (opener || parent !== self) { ${mark} }</script>x`;
      default: return '';
    }
  }
}
