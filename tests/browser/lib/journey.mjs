// Journeys through a mailbox in any browser: open, list, read, attachment, close; and keep, find, come back. Written against a driver that knows
// little more than finding, clicking and typing (./firefox.mjs, ./webkit.mjs), so that every browser makes the same steps.
//
// A driver has: `goto(url)`; `run(function, ...arguments)` in the page; `find(role, name)`, an element, or undefined where it is
// not there (yet); `click(element)` and `type(element, text)` as a person does; `mail()`, the text and the styles of the
// message in its frame; `downloaded(name)`, a file's bytes once it has been saved; `complaints()`; `close()`. What finds, clicks
// or types throws `Stale` where the element is not in the page any more.
import assert from 'node:assert/strict';

const PATIENCE_MS = 60_000;

/** The page has drawn itself anew since the element was found: it is to be found again. */
export class Stale extends Error {}

/** Opens the mailbox, lists it, reads a newsletter, saves an attachment, and closes it. */
export async function journey(driver, { url, account, fingerprint, messages, attachment }) {
  await connect(driver, url, account);
  await click(driver, 'button', 'Open mailbox');
  await trust(driver, fingerprint);

  await there(driver, 'listbox', 'Messages');
  await shows(driver, `of ${messages}`);
  assert.match(await soon(() => driver.run(firstRow), 'the first row'), /The key is under the blue pot/);

  await read(driver, 'Five harbours worth the detour');
  const mail = await soon(async () => {
    const mail = await driver.mail().catch(() => undefined);
    return mail?.text.includes('Skerry Point') && mail;
  }, 'the newsletter in its frame');
  assert.equal(mail.colour, 'rgb(176, 58, 46)', 'the newsletter has lost its styles');
  assert.equal(mail.scripts, 0);
  const [frame, content] = await driver.run(heights);
  assert.ok(frame === content && frame > 400, `the frame is ${frame} pixels high, and the newsletter ${content}`);

  await read(driver, 'Invoice for the windows');
  await click(driver, 'button', `Download ${attachment.name}`);
  const saved = await soon(() => driver.downloaded(attachment.name), `the file ${attachment.name}`);
  assert.ok(saved.equals(attachment.bytes), `${saved.length} octets saved, ${attachment.bytes.length} held`);

  await click(driver, 'button', 'Close mailbox');
  await there(driver, 'button', 'Open mailbox');
  assert.equal(await driver.find('listbox', 'Messages'), undefined);
  assert.ok(!/harbours|Invoice/.test(await driver.run(() => document.body.innerText)), 'mail is still shown');
  assert.equal(await driver.run(() => document.querySelector('[name=password]').value), '');
  assert.deepEqual(await driver.complaints(), []);
}

/** Keeps the mailbox, finds a message, and reads it once more after the page was loaded anew, from what is kept. */
export async function keeping(driver, { url, account, fingerprint, messages }) {
  await connect(driver, url, account);
  await click(driver, 'checkbox', KEEP);
  await click(driver, 'button', 'Open mailbox');
  await trust(driver, fingerprint, 'go on');
  await shows(driver, 'Kept here');
  await shows(driver, `${messages} messages`);

  await fill(driver, 'searchbox', 'Search mail', 'skerry point');
  await soon(() => driver.run(() => document.querySelectorAll('[role=listbox] [role=option]').length === 1), 'the one message that is found');
  await read(driver, 'Five harbours worth the detour');

  await driver.goto(url);
  await there(driver, 'listbox', 'Messages');
  await read(driver, 'Invoice for the windows');
  await shows(driver, 'invoice-0311.pdf');
  await shows(driver, `${messages} messages`);
  assert.deepEqual(await driver.complaints(), []);
}

/** Asks for mail to be kept where the browser gives a page no files: the page says why it cannot be, and previews. */
export async function keepingNothing(driver, { url, account, fingerprint }) {
  await connect(driver, url, account);
  await click(driver, 'checkbox', KEEP);
  await click(driver, 'button', 'Open mailbox');
  await shows(driver, 'This browser does not keep mail.');
  await shows(driver, 'The preview works without');
  await click(driver, 'checkbox', KEEP);
  await fill(driver, 'textbox', 'Password', account.password);
  await click(driver, 'button', 'Open mailbox');
  await trust(driver, fingerprint);
  await there(driver, 'listbox', 'Messages');
}

const KEEP = 'Keep mail on this device';

async function connect(driver, url, account) {
  await driver.goto(url);
  for (const [name, text] of [['Mail server', account.host], ['Port', account.port], ['User name', account.user], ['Password', account.password]]) {
    await fill(driver, 'textbox', name, String(text));
  }
}

async function trust(driver, fingerprint, then = 'open') {
  await shows(driver, fingerprint);
  await click(driver, 'button', `Trust exactly this certificate and ${then}`);
}

/** Finds an element by its role and its whole accessible name, in the page: of what is in sight, the first. */
export function byRole(role, name) {
  const tags = {
    textbox: 'input:not([type]), input[type=text], input[type=password], textarea',
    button: 'button',
    checkbox: 'input[type=checkbox]',
    searchbox: 'input[type=search]',
    heading: 'h1, h2, h3',
  };
  const text = (node) => (node?.textContent ?? '').replace(/\s+/g, ' ').trim();
  const nameOf = (element) => {
    const by = element.getAttribute('aria-labelledby');
    if (by) return by.split(/\s+/).map((id) => text(document.getElementById(id))).join(' ');
    if (element.ariaLabel) return element.ariaLabel;
    if (element.labels) return [...element.labels].map((label) => text(label)).join(' ') || text(element);
    return text(element);
  };
  const found = [...document.querySelectorAll([`[role=${role}]`, tags[role]].filter(Boolean).join(', '))];
  const isWanted = (element) => (role === 'option' ? nameOf(element).includes(name) : nameOf(element) === name);
  return found.find((element) => element.getClientRects().length > 0 && !element.disabled && isWanted(element)) ?? null;
}

function heights() {
  const frame = document.querySelector('article iframe');
  return [frame.offsetHeight, frame.contentDocument.documentElement.scrollHeight];
}

function firstRow() {
  return document.querySelector('[role=listbox] [role=option]')?.textContent ?? '';
}

/** What the document of the message holds; to be run there. */
export function letter() {
  const cell = document.querySelector('td.name');
  return {
    text: document.body?.innerText ?? '',
    colour: cell && getComputedStyle(cell).color,
    scripts: document.scripts.length,
  };
}

async function fill(driver, role, name, text) {
  await used(driver, role, name, (field) => driver.type(field, text));
}

async function click(driver, role, name) {
  await used(driver, role, name, (element) => driver.click(element));
}

/** Opens the message with this subject, scrolling the list to it. */
async function read(driver, subject) {
  await driver.run(() => { document.querySelector('[role=listbox]').scrollTop = 0; });
  await soon(async () => {
    const row = await driver.find('option', subject);
    if (!row) await driver.run(() => { const list = document.querySelector('[role=listbox]'); list.scrollTop += list.clientHeight * 0.8; });
    else await driver.click(row);
    return row;
  }, `a row ${subject}`);
  await there(driver, 'heading', subject);
}

function there(driver, role, name) {
  return used(driver, role, name, () => {});
}

/** Uses an element once it is there: found again if it is drawn anew meanwhile. */
function used(driver, role, name, use) {
  return soon(async () => {
    const element = await driver.find(role, name);
    if (element) await use(element);
    return element;
  }, `${role} ${JSON.stringify(name)}`);
}

function shows(driver, text) {
  return soon(() => driver.run((text) => document.body.innerText.includes(text), text), `the words ${JSON.stringify(text)}`);
}

/** What `look` finds, as soon as it finds something. */
async function soon(look, what) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look().catch((error) => {
      if (!(error instanceof Stale)) throw error;
    });
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await new Promise((done) => { setTimeout(done, 100); });
  }
}
