// Letters whose text is made to keep a browser busy: the page's thread is free again every 50 ms, whatever they hold. What
// counts is the time that the thread itself has worked, so that a machine which is busy with something else changes nothing.
import assert from 'node:assert/strict';
import { readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 180_000;
const our = suite();

/** What a letter may hold, by the subject it comes under: its head, and its text. */
const LETTERS = {
  'A million marks': ['', `e${'\u0301'.repeat(500_000)}`],
  'Marks on every letter': ['', `${`a${'\u0300\u0323\u0489'.repeat(9)}`.repeat(20_000)}`],
  'Sixty thousand links': ['', 'https://a.example/(x,'.repeat(60_000)],
  'Sixty thousand addresses': ['', '(a@b.example,'.repeat(60_000)],
  'No blank anywhere': ['', 'w'.repeat(2_000_000)],
  'Nothing but line ends': ['', '\r\n> \r\n'.repeat(200_000)],
  'Both ways at once': ['', '\u202e\u2066\u2067a\u0627'.repeat(100_000)],
  'Quoted deeper and deeper': ['', Array.from({ length: 3000 }, (_, depth) => `${'>'.repeat(depth)} x`).join('\r\n')],
  'Pictures of families': ['', '👨‍👩‍👧‍👦'.repeat(60_000)],
};

const long = Object.entries({
  'A subject without an end': `Subject: A subject without an end ${'e\u0301\u0302\u0303'.repeat(8_000)}\r\n`,
  'To the whole town': `Subject: To the whole town\r\nTo: ${Array.from({ length: 5_000 }, (_, at) => `"Neighbour ${at}" <n${at}@town.example>`).join(',\r\n ')}\r\n`,
});
for (const [subject, head] of long) LETTERS[subject] = [head, 'Short.'];

/** The longest task of a page's main thread, in milliseconds of the thread's own time. */
function longestTask({ traceEvents }) {
  const main = new Set(traceEvents.filter((event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain')
    .map((event) => `${event.pid}/${event.tid}`));
  const tasks = traceEvents.filter((event) => event.name === 'RunTask' && main.has(`${event.pid}/${event.tid}`));
  assert.ok(tasks.length > 10, 'the trace tells of tasks');
  return Math.round(Math.max(...tasks.map((event) => event.tdur ?? 0)) / 1000);
}

test('no letter holds up the page for 50 ms', { timeout }, async (suite) => {
  const { maildir, user, password } = our.world.mailbox('empty');
  const places = [];
  for (const [at, [subject, [head, text]]] of Object.entries(LETTERS).entries()) {
    const place = join(maildir, 'new', `${1_700_000_000 + at}.M${at}P1.restante`);
    const fields = head || `Subject: ${subject}\r\n`;
    await writeFile(place, `From: M <m@a.example>\r\n${fields}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${text}\r\n`);
    places.push(place);
  }
  try {
    await visit(our.browser, our.bridge.url, {}, async (page) => {
      const restante = new Restante(page);
      await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
      await restante.settled();
      for (const subject of Object.keys(LETTERS)) {
        await suite.test(subject, async () => {
          const row = await restante.row(subject);
          await our.browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline'] });
          await row.click();
          await restante.message.locator('.text > *').first().waitFor();
          for (let screen = 0; screen < 6; screen += 1) {
            await page.locator('.pane').evaluate(async (pane) => {
              pane.scrollTop += pane.clientHeight;
              await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)));
            });
          }
          const longest = longestTask(JSON.parse(await our.browser.stopTracing()));
          suite.diagnostic(`${subject}: ${longest} ms`);
          assert.ok(longest < 50, `the page was busy for ${longest} ms`);
        });
      }
    });
  } finally {
    for (const folder of ['new', 'cur']) {
      for (const file of await readdir(join(maildir, folder))) {
        if (file.endsWith('P1.restante') || file.includes('P1.restante:')) await unlink(join(maildir, folder, file));
      }
    }
  }
});
