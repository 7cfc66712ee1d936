// Letters whose text is made to keep a browser busy: the page draws as much as is in sight, in steps that it can bear.
import assert from 'node:assert/strict';
import { readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 180_000;
const our = suite();

/**
 * What a task of the page's thread may take, in milliseconds of the thread's own time, so that waiting for a busy machine
 * does not count. 50 is the aim, and 35 was the most with two cores and seven programs at work; the rest is for caches that
 * they share.
 */
const BEARABLE = 60;

const characters = (count, of) => Array.from({ length: count }, (_, at) => String.fromCodePoint(of(at)));
// Nearly every script of the first plane: a browser looks for a font for each of them.
const scripts = characters(6_000, (at) => 0x100 + 7 * at);
const every = scripts.join('');

/** What a letter may hold, by the subject it comes under: its text, and fields of its head. */
const LETTERS = {
  'A million marks': [`e${'\u0301'.repeat(500_000)}`],
  'Marks on every letter': [`a${'\u0300\u0323\u0489'.repeat(9)}`.repeat(20_000)],
  'Marks of two kinds': [`\u0f40${'\u0f71\u0f74'.repeat(100_000)}`],
  'Sixty thousand links': ['https://a.example/(x,'.repeat(60_000)],
  'Sixty thousand addresses': ['(a@b.example,'.repeat(60_000)],
  'Links in every script': [characters(600, () => 0x20).map((blank, at) => `https://a.example/${every.slice(9 * at, 9 * at + 500)}`).join(' ')],
  'No blank anywhere': ['w'.repeat(2_000_000)],
  'Nothing but line ends': ['\r\n> \r\n'.repeat(200_000)],
  'Both ways at once': ['\u202e\u2066\u2067a\u0627'.repeat(100_000)],
  'Two scripts in turn': ['a\u0627'.repeat(100_000)],
  'A word of variants': ['\u1820\u180b'.repeat(100_000)],
  'Every script at once': [every.repeat(10)],
  'A line for each script': [scripts.join('\r\n\r\n')],
  'The other planes': [characters(60_000, (at) => 0x10000 + 3 * at).join('')],
  'Twenty thousand ideographs': [characters(60_000, (at) => 0x4e00 + at % 20_000).join('')],
  'Quoted deeper and deeper': [Array.from({ length: 3_000 }, (_, depth) => `${'>'.repeat(depth)} x`).join('\r\n')],
  'Pictures of families': ['👨‍👩‍👧‍👦'.repeat(60_000)],
  'A subject without an end': ['Short.', `Subject: A subject without an end ${'e\u0301\u0302\u0303'.repeat(8_000)}\r\n`],
  'A head in every script': ['Short.', ['Subject: A head in every script ', 'To: ', 'Cc: ', 'Reply-To: ']
    .map((field) => `${field}${every} <a@a.example>, ${every} <b@a.example>\r\n`).join('')],
  'To the whole town': ['Short.', `Subject: To the whole town\r\nTo: ${characters(5_000, (at) => 0x4e00 + at).map((name, at) => `${name} <n${at}@town.example>`).join(',\r\n ')}\r\n`],
  'Files of every name': ['', `Subject: Files of every name\r\nContent-Type: multipart/mixed; boundary=b\r\n`, characters(500, () => 0x20)
    .map((blank, at) => `--b\r\nContent-Type: application/x-file; name="${every.slice(9 * at, 9 * at + 200)}"\r\nContent-Disposition: attachment\r\n\r\nx\r\n`).join('') + '--b--'],
};

/** The longest task of a page's main thread, in milliseconds of the thread's own time. */
function longestTask({ traceEvents }) {
  const main = new Set(traceEvents.filter((event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain')
    .map((event) => `${event.pid}/${event.tid}`));
  const tasks = traceEvents.filter((event) => event.name.endsWith('RunTask') && main.has(`${event.pid}/${event.tid}`));
  assert.ok(tasks.length > 10, 'the trace tells of tasks');
  return Math.round(Math.max(...tasks.map((event) => event.tdur ?? 0)) / 1000);
}

/** Puts the letters into the empty mailbox for as long as `use` takes. */
async function withLetters(use) {
  const { maildir, user, password } = our.world.mailbox('empty');
  for (const [at, [subject, [text, head = `Subject: ${subject}\r\n`, parts]]] of Object.entries(LETTERS).entries()) {
    const kind = parts ? '' : 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n';
    const letter = `From: M <m@a.example>\r\n${head}${kind}\r\n${parts ?? text}\r\n`;
    await writeFile(join(maildir, 'new', `${1_700_000_000 + at}.M${at}P1.restante`), letter);
  }
  try {
    await visit(our.browser, our.bridge.url, {}, async (page) => {
      const restante = new Restante(page);
      await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
      await restante.settled();
      await use(restante, page);
    });
  } finally {
    for (const folder of ['new', 'cur']) {
      for (const file of await readdir(join(maildir, folder))) {
        if (file.includes('P1.restante')) await unlink(join(maildir, folder, file));
      }
    }
  }
}

/** Turns the page of what is read, and waits until it is drawn: the end of the pane has its text, or there is no more of it. */
const turn = (pane) => pane.evaluate(async (pane) => {
  pane.scrollTop += pane.clientHeight;
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const goesOn = () => {
    // What is folded is not in sight.
    const rests = [...pane.querySelectorAll('.more')].filter((more) => more.checkVisibility());
    return rests.some((more) => more.getBoundingClientRect().top < pane.getBoundingClientRect().bottom);
  };
  do await frame(); while (goesOn());
});

test('a hostile letter is drawn as far as one scrolls, and no step holds the page up', { timeout }, (context) =>
  withLetters(async (restante, page) => {
    const pane = page.locator('article .scroll');
    const drawn = () => restante.message.evaluate((message) => message.textContent.length + 50 * message.querySelectorAll('*').length);
    for (const [subject, [, , parts]] of Object.entries(LETTERS)) {
      const row = await restante.row(subject);
      await our.browser.startTracing(page, { categories: ['-*', 'toplevel'] });
      await row.click();
      await restante.message.getByRole('heading', { name: subject }).waitFor();
      await restante.message.locator(parts ? '.files > *' : '.text > *').first().evaluate((node) => { node.wasFirst = true; });
      await turn(pane);
      const first = await drawn();
      for (let screen = 0; screen < 5; screen += 1) await turn(pane);
      const longest = longestTask(JSON.parse(await our.browser.stopTracing()));
      context.diagnostic(`${subject}: ${longest} ms`);
      assert.ok(longest < BEARABLE, `${subject}: the page was busy for ${longest} ms`);
      assert.ok(first < 60_000, `${subject}: ${first} were drawn at first`);
      // The others are short, once they are laid out.
      const goesOn = ['Marks on every letter', 'Sixty thousand links', 'No blank anywhere', 'Every script at once'].includes(subject);
      assert.ok((await drawn()) > first || !goesOn, `${subject}: it goes on where one scrolls`);
      assert.ok(await restante.message.evaluate((message) => [...message.querySelectorAll('.text > *, .files > *')].some((node) => node.wasFirst)),
        `${subject}: what is drawn is not drawn again`);
      if (subject === 'A million marks') await restante.message.getByText('more marks are left out here; the source has them').waitFor();
    }
  }));

test('the source of a hostile letter is drawn as far as one scrolls, too', { timeout }, (context) =>
  withLetters(async (restante, page) => {
    for (const subject of ['A million marks', 'Every script at once', 'The other planes', 'Both ways at once']) {
      await restante.read(subject);
      await our.browser.startTracing(page, { categories: ['-*', 'toplevel'] });
      await restante.message.getByRole('button', { name: 'Source', exact: true }).click();
      await restante.message.locator('.source > *').first().waitFor();
      for (let screen = 0; screen < 5; screen += 1) await turn(page.locator('article .scroll'));
      const longest = longestTask(JSON.parse(await our.browser.stopTracing()));
      context.diagnostic(`${subject}: ${longest} ms`);
      assert.ok(longest < BEARABLE, `the source of ${subject}: the page was busy for ${longest} ms`);
    }
  }));
