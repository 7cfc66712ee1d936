import { createServer } from 'node:http';
import { launch, open } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { Bridge, World } from './lib/programs.mjs';
import { deliver } from './lib/mail.mjs';
const got = [];
const server = createServer((q, s) => { got.push([q.url, q.headers.referer, q.headers['sec-fetch-dest']]); s.writeHead(200, { 'Content-Type': 'image/png' }).end(Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64')); }).listen(0, '127.0.0.1');
await new Promise((r) => server.once('listening', r));
const H = `http://localhost:${server.address().port}`;
const world = await World.start(); const bridge = await Bridge.serve({ ports: world.ports }); const browser = await launch();
const { user, password, maildir } = world.mailbox('sample');
const html = `<style>.a{background:url(${H}/sheet.png)} @property --a{syntax:"<image>";inherits:true;initial-value:url(${H}/prop.png)} .b{background:var(--a)} @media (min-width:1px){.c{background:url(${H}/media.png)}}</style><p class="a">x</p><p class=b>x</p><p class=c>y</p><p style="background:url(${H}/attr.png)">y</p><img src="${H}/img.png">`;
await deliver(maildir, 'Ref', { headers: ['MIME-Version: 1.0', 'Content-Type: text/html'], text: html });
try {
  const { page, close } = await open(browser, bridge.url, { clean: false });
  const r = new Restante(page);
  await r.open({ port: world.pops_port, user, password }, world.fingerprint);
  await r.read('Ref');
  await page.getByRole('button', { name: 'Show once' }).click();
  await page.waitForTimeout(1500);
  console.log(got);
  const frame = page.frames().find((f) => f.url().includes('message-frame'));
  console.log(frame.url(), await page.evaluate(() => { const d = document.querySelector('iframe').contentDocument; return [d.referrer, document.querySelector('iframe').getAttribute('referrerpolicy'), d.documentElement.outerHTML.slice(0, 1500)]; }));
  await close();
} finally { await browser.close(); await bridge.end(); await world.end(); server.close(); server.closeAllConnections(); }
