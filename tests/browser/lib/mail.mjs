// Messages as they lie in a Maildir, and the little of MIME that comparing bytes needs: independent of the code under test.
import { readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Every mail file below a Maildir: name to SHA-256. */
export async function fingerprints(maildir) {
  const files = {};
  for (const folder of ['cur', 'new']) {
    for (const name of await readdir(join(maildir, folder))) {
      files[`${folder}/${name}`] = createHash('sha256').update(await readFile(join(maildir, folder, name))).digest('hex');
    }
  }
  return files;
}

let delivered = 0;

/** Delivers a message to a Maildir, as the newest; the beginning of its file's name. More header lines and the text are up to the test. */
export async function deliver(maildir, subject, { from = 'Late <late@postbox.example>', headers = [], text = `This is ${subject}.\r\n` } = {}) {
  delivered += 1;
  const name = `${Math.floor(Date.now() / 1000)}.M${delivered}P${process.pid}.restante`;
  const head = [`From: ${from}`, `Subject: ${subject}`, `Message-ID: <${name}@postbox.example>`, ...headers];
  await writeFile(join(maildir, 'new', name), `${head.join('\r\n')}\r\n\r\n${text}`);
  return name;
}

/** The Message-IDs of all messages in this text, which may be an mbox. */
export const messageIds = (text) => [...text.matchAll(/^Message-ID: <([^>]+)>/gim)].map(([, id]) => id);

/** The Message-IDs of what a Maildir holds; one that goes meanwhile is left out. */
export async function idsOnServer(maildir) {
  const folders = ['cur', 'new'].map(async (folder) => (await readdir(join(maildir, folder))).map((name) => join(maildir, folder, name)));
  const found = await Promise.all((await Promise.all(folders)).flat().map((path) => readFile(path, 'latin1').catch(() => '')));
  return found.flatMap(messageIds);
}

/** Where the file of a message is that was delivered; undefined where it is not there any more. */
export async function whereabouts(maildir, name) {
  for (const folder of ['new', 'cur']) {
    const file = (await readdir(join(maildir, folder))).find((file) => file.startsWith(name));
    if (file) return join(maildir, folder, file);
  }
  return undefined;
}

/** Takes messages out of a Maildir, as another program does. */
export async function withdraw(maildir, names) {
  for (const name of names) {
    const place = await whereabouts(maildir, name);
    if (place) await unlink(place);
  }
}

/** How many messages a Maildir holds. */
export async function count(maildir) {
  return Object.keys(await fingerprints(maildir)).length;
}

/** The bytes of the message of this name in a mailbox of the world. */
export async function source(mailbox, slug) {
  const index = mailbox.slugs.indexOf(slug);
  if (index < 0) throw new Error(`there is no message ${slug}`);
  const prefix = `${1_000_000_000 + index}.`;
  const name = (await readdir(join(mailbox.maildir, 'cur'))).find((file) => file.startsWith(prefix));
  return readFile(join(mailbox.maildir, 'cur', name));
}

/** Where the message of this name stands in the list, the newest being 0. */
export function position(mailbox, slug) {
  const index = mailbox.slugs.indexOf(slug);
  if (index < 0) throw new Error(`there is no message ${slug}`);
  return mailbox.messages - 1 - index;
}

/** The decoded bytes of the first base64 part whose header matches. */
export function part(bytes, pattern) {
  const text = bytes.toString('latin1');
  for (const piece of text.split(/\r\n--[^\r\n]+\r\n/)) {
    const blank = piece.indexOf('\r\n\r\n');
    const header = piece.slice(0, blank);
    if (blank >= 0 && pattern.test(header) && /base64/i.test(header)) {
      return Buffer.from(piece.slice(blank + 4).split('\r\n--')[0], 'base64');
    }
  }
  throw new Error(`no base64 part matches ${pattern}`);
}
