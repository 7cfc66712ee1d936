// The hostile letters. Each says what it is called, and has a purpose of its own: to run a script, to ask for something, to
// lead a page away, or to stand in its way. Whatever it asks for is the canary's, under its own name, so that a request says which letter it came of.
//
// A letter is HTML, or a function that gives it; in it `{js}` is a script, `{url}` an address of the canary, `{host}` the same
// without its scheme, and `{port}` and `{id}` what that is made of. The letters of ./parts.mjs are whole messages.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FOREIGN } from './foreign.mjs';
import { LEADINGS } from './leading.mjs';
import { LINKS } from './links.mjs';
import { LOADERS } from './loaders.mjs';
import { MUTATIONS } from './mutations.mjs';
import { PARTS } from './parts.mjs';
import { QUIET } from './quiet.mjs';
import { SCRIPTS } from './scripts.mjs';
import { STYLES } from './styles.mjs';

const KINDS = { loads: LOADERS, styles: STYLES, scripts: SCRIPTS, mutations: MUTATIONS, foreign: FOREIGN, leads: LEADINGS, links: LINKS, parts: PARTS };

/** What begins every mark that a script of these letters leaves. */
export const MARK = 'hacked-';

/**
 * A script that leaves its mark wherever it can: in the console, with the page at the top, in all windows around it. Without
 * blanks, quotes and angle brackets, so that it can stand anywhere.
 */
const script = (id) => `console.log(/${MARK}${id}/.source),top.postMessage(/${MARK}${id}/.source,/[*]/.source[1]),self.hacked=parent.hacked=top.hacked=/${id}/.source`;

/**
 * All letters, against the canary of this port: `id`, `html` as a careless reader would show it, `bytes`, and whether Chromium
 * does nothing with it (`isQuiet`).
 */
export function corpus(port) {
  return Object.entries(KINDS).flatMap(([kind, letters]) => Object.entries(letters).map(([name, letter]) => {
    const id = `${kind}-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    const words = { js: script(id), url: `http://localhost:${port}/${id}`, host: `//localhost:${port}/${id}`, port, id };
    return { id, isQuiet: QUIET.has(id), ...(kind === 'parts' ? whole : simple)(id, letter, words) };
  }));
}

const fill = (text, words) => text.replace(/\{(js|url|host|port|id)\}/g, (whole, name) => words[name]);

/** A letter of nothing but HTML. In base64, so that it arrives as it is. */
function simple(id, letter, words) {
  const html = fill(typeof letter === 'function' ? letter(words) : letter, words);
  const body = Buffer.from(html).toString('base64').replace(/.{76}/g, '$&\r\n');
  return { html, bytes: message(id, ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: base64'], body) };
}

function whole(id, letter, words) {
  const bad = fill('<img src="{url}/a.png"><script>{js}</script><img src=x: onerror="{js}"><p style="background:url({url}/b.png)"><a href="javascript:{js}">x</a></p>', words);
  const { head, body, html = bad, subject = '', date, bare = false } = letter({ ...words, bad });
  return { html, bytes: bare ? Buffer.from(`\r\n${body}`) : message(`${id} ${subject}`.trim(), head, body, date), isNamed: !bare };
}

function message(subject, head, body, date = 'Sun, 22 Nov 2026 10:00:00 +0000') {
  const fields = ['From: Mallory <mallory@attack.example>', 'To: robin@postbox.example', `Subject: ${subject}`, `Date: ${date}`, 'MIME-Version: 1.0', ...head];
  return Buffer.from(`${fields.join('\r\n')}\r\n\r\n${body}`);
}

/** Puts letters into a Maildir, so that the first of them stands first in the list. */
export async function lay(maildir, letters) {
  const first = 1_700_000_000 + letters.length;
  await Promise.all(letters.map(({ bytes }, at) => writeFile(join(maildir, 'new', `${first - at}.M1P1.hostile`), bytes)));
}
