// What else kept mail can do: backups, conversations, folders of one's own, headers only, a pause, and news while one reads.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { Kept } from './lib/kept.mjs';
import { Line } from './lib/line.mjs';
import { deliver, fingerprints, idsOnServer, messageIds, withdraw } from './lib/mail.mjs';
import { Bridge } from './lib/programs.mjs';
import { suite } from './lib/suite.mjs';
import { unzip } from './lib/zip.mjs';

const timeout = 240_000;
const our = suite({ world: { crowd: true } });

const account = (name) => {
  const { user, password } = our.world.mailbox(name);
  return { port: our.world.pops_port, user, password };
};

/** A browser that keeps the mailbox of this name, and `use` of it. */
const withKept = (name, use) => visit(our.browser, our.bridge.url, {}, async (page, seen) => {
  const kept = new Kept(page);
  const mailbox = our.world.mailbox(name);
  await kept.keep(account(name), our.world.fingerprint, mailbox.messages || undefined);
  if (!mailbox.messages) await page.getByText('There is no mail here.').waitFor();
  await use(kept, page, mailbox, seen);
});

/** The mailbox that is empty, kept, and a way to put letters into it; it is empty again afterwards. */
async function withPost(use) {
  const names = [];
  let minutes = 0;
  const post = async (maildir, subject, options = {}) => {
    minutes += 1;
    const date = new Date(Date.UTC(2026, 9, 1, 0, minutes)).toUTCString().replace('GMT', '+0000');
    names.push(await deliver(maildir, subject, { ...options, headers: [`Date: ${date}`, ...(options.headers ?? [])] }));
  };
  try {
    await withKept('empty', (kept, page, { maildir }) => use(kept, page, { maildir, post: (...letter) => post(maildir, ...letter) }));
  } finally {
    await withdraw(our.world.mailbox('empty').maildir, names);
  }
}

const subjects = (kept) => kept.rows.locator('strong').allInnerTexts();

test('a ZIP of a mailbox has every message as it lies on the server, byte for byte', { timeout }, () => withKept('sample', async (kept, page, { maildir, messages }) => {
  await kept.button('Account settings').click();
  const { name, bytes } = await kept.file(kept.dialog.getByRole('button', { name: 'Save as ZIP of .eml' }));
  assert.match(name, /\d{4}-\d\d-\d\d\.zip$/);
  await kept.status.filter({ hasText: `${messages} messages written to a file.` }).waitFor();
  const files = unzip(bytes);
  for (const called of files.keys()) assert.match(called, /^\d{6} [^/\\]*\.eml$/);
  assert.ok([...files.keys()].some((called) => called.includes('Five harbours worth the detour')), 'files are called as their subjects');
  const sums = [...files.values()].map((content) => createHash('sha256').update(content).digest('hex'));
  assert.deepEqual(sums.sort(), Object.values(await fingerprints(maildir)).sort());
}));

test('a conversation lists all of its messages, wherever they are filed', { timeout }, () => withKept('sample', async (kept, page, { messages }) => {
  await kept.read('Scans from the archive');
  await kept.button('Conversation (5)').focus();
  await page.keyboard.press('Enter');
  await kept.has(5);
  await page.getByRole('heading', { name: 'Conversation', exact: true }).waitFor();
  assert.deepEqual((await subjects(kept)).map((subject) => subject.replace(/^Re: /, '')), Array(5).fill('Scans from the archive'));
  await kept.message.getByRole('heading', { name: 'Scans from the archive' }).waitFor();

  // The first letter of it goes to Archive, and stays part of it.
  await kept.list.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await kept.message.getByText('eleven sheets, of 1911 and 1927', { exact: false }).waitFor();
  await kept.button('Archive').click();
  await kept.status.filter({ hasText: '1 message moved to Archive.' }).waitFor();
  await kept.button('Back to the list').click();
  await kept.has(messages - 1);
  await kept.read('Re: Scans from the archive');
  await kept.button('Conversation (5)').click();
  await kept.has(5);
  await page.keyboard.press('Escape');
  await kept.folder('Archive').click();
  await kept.has(1);
  assert.deepEqual(await subjects(kept), ['Scans from the archive']);
}));

test('a folder of one’s own is made while moving, taken back, renamed, and removed without losing a message', { timeout }, () => withKept('sample', async (kept, page, { maildir, messages }) => {
  const before = await fingerprints(maildir);
  await kept.list.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('2 chosen').waitFor();
  const moved = (await subjects(kept)).slice(0, 2);
  await kept.button('Move to…').click();
  await kept.dialog.getByText('2 messages to:').waitFor();
  await kept.dialog.getByLabel('New folder').fill('Häfen & Fähren');
  await page.keyboard.press('Enter');
  await kept.status.filter({ hasText: '2 messages moved to Häfen & Fähren.' }).waitFor();
  await kept.has(messages - 2);
  assert.notDeepEqual((await subjects(kept)).slice(0, 2), moved);
  await kept.button('Undo').click();
  await kept.status.filter({ hasText: '2 messages moved back.' }).waitFor();
  await kept.has(messages);
  assert.deepEqual((await subjects(kept)).slice(0, 2), moved);

  await kept.list.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowDown');
  await kept.button('Move to…').click();
  await kept.dialog.getByRole('button', { name: 'Häfen & Fähren', exact: true }).click();
  await kept.has(messages - 2);
  await kept.folder('Häfen & Fähren').click();
  await kept.has(2);
  assert.deepEqual(await subjects(kept), moved);

  await kept.button('Folder…').click();
  await kept.dialog.getByLabel('Name', { exact: true }).fill('Ports');
  await page.keyboard.press('Enter');
  await kept.folder('Ports').waitFor();
  await kept.folder('Häfen & Fähren').waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Ports', exact: true }).waitFor();
  await page.reload();
  await kept.folder('Ports').click();
  await kept.has(2);
  assert.deepEqual(await subjects(kept), moved);

  await kept.button('Folder…').click();
  await kept.dialog.getByText('Where the folder is removed, its messages go to Archive.').waitFor();
  await kept.dialog.getByRole('button', { name: 'Remove the folder' }).click();
  await page.getByRole('heading', { name: 'Archive', exact: true }).waitFor();
  await kept.has(2);
  assert.deepEqual(await subjects(kept), moved);
  await kept.folder('Ports').waitFor({ state: 'detached' });
  assert.deepEqual(await fingerprints(maildir), before, 'what is filed here changes nothing on the server');
}));

test('a first fetch is paused and gone on with, and every message is here once', { timeout }, () => visit(our.browser, our.bridge.url, {}, async (page) => {
  const kept = new Kept(page);
  await kept.keep(account('crowd'), our.world.fingerprint);
  await kept.status.filter({ hasText: /of 10,000/ }).waitFor();
  await kept.button('Pause').click();
  const paused = kept.status.filter({ hasText: /paused, [\d,]+ messages missing/ });
  await paused.waitFor();
  const number = (text) => Number(text.replaceAll(',', ''));
  const missing = number((await paused.innerText()).match(/([\d,]+) messages missing/)[1]);
  assert.ok(missing > 0 && missing < 10_000, `${missing} are missing`);
  await page.locator('.list .tools').getByText(`${(10_000 - missing).toLocaleString('en')} messages`, { exact: true }).waitFor();
  await kept.button('Resume').click();
  await kept.has(10_000);
  const ids = messageIds((await kept.file(kept.button('Back up this account'))).bytes.toString('latin1'));
  assert.equal(ids.length, 10_000, 'each once');
  assert.deepEqual(new Set(ids), new Set(await idsOnServer(our.world.mailbox('crowd').maildir)));
}));

test('a check that does not reach the server is told for as long as that is so, and what is kept is read meanwhile', { timeout }, async () => {
  const line = await Line.to(our.world.pops_port);
  const bridge = await Bridge.serve({ ports: [line.port] });
  try {
    await visit(our.browser, bridge.url, {}, async (page) => {
      const kept = new Kept(page);
      const { user, password, messages } = our.world.mailbox('sample');
      await kept.keep({ port: line.port, user, password }, our.world.fingerprint, messages);
      const healthy = kept.status.and(page.locator('.up'));
      await healthy.waitFor();

      line.down = true;
      await kept.button('Check for new mail').click();
      await kept.alert.filter({ hasText: 'Try again' }).waitFor({ timeout: 120_000 });
      const failed = kept.status.and(page.locator('.away'));
      await failed.waitFor();
      assert.doesNotMatch(await failed.innerText(), /Keeping/);
      await kept.read('The key is under the blue pot');
      await kept.message.getByText('not the green one').waitFor();
      assert.equal(await healthy.count(), 0, 'the status is healthy again, and nothing was fetched');

      line.down = false;
      await kept.button('Check for new mail').click();
      await healthy.waitFor({ timeout: 60_000 });
      await kept.has(messages);
      assert.equal(await kept.alert.count(), 0);
    });
  } finally {
    await bridge.end();
    await line.end();
  }
});

test('with “Headers only” a letter comes when it is asked for, and then as a whole', { timeout }, () => withPost(async (kept, page, { maildir, post }) => {
  await kept.policy('Headers only');
  const lines = Array.from({ length: 400 }, (_, line) => `Line ${line} of a letter about lighthouses.`);
  const text = `${[...lines, 'The keeper is called Marguerite.'].join('\r\n')}\r\n`;
  await post('A long letter', { text });
  await post('A short letter');
  const before = Object.values(await fingerprints(maildir)).sort();
  await kept.button('Check for new mail').click();
  await kept.has(2);
  const row = kept.rows.filter({ hasText: 'A long letter' });
  await row.filter({ hasText: 'only the header is kept' }).waitFor();
  await kept.read('A long letter');
  const note = kept.message.getByText('Only the header of this message is kept here; the rest is on the server.');
  await note.waitFor();
  assert.equal(await kept.message.getByText('lighthouses').count(), 0);
  assert.equal(await kept.message.getByText('This message has no text.').count(), 0);
  await kept.search.fill('Marguerite');
  await page.getByText('Nothing found for').waitFor();
  await kept.search.press('Escape');
  await kept.has(2);

  await kept.read('A long letter');
  await kept.message.getByRole('button', { name: 'Fetch the rest' }).click();
  await kept.message.getByText('Line 0 of a letter').waitFor();
  await note.waitFor({ state: 'detached' });
  assert.equal(await row.filter({ hasText: 'only the header is kept' }).count(), 0);
  const { bytes } = await kept.file(kept.message.getByRole('button', { name: 'Save .eml' }));
  assert.ok(before.includes(createHash('sha256').update(bytes).digest('hex')), 'another letter than on the server');
  assert.ok(bytes.toString().endsWith(text));
  await kept.rows.filter({ hasText: 'A short letter' }).filter({ hasText: 'only the header is kept' }).waitFor();
  await kept.search.fill('Marguerite');
  await page.getByText('1 found', { exact: false }).waitFor();
  assert.deepEqual(Object.values(await fingerprints(maildir)).sort(), before);
}));

test('new mail leaves the place where one reads, far down, as it is, and is marked at the top', { timeout }, () => withPost(async (kept, page, { post }) => {
  const letters = 400;
  for (let letter = 1; letter <= letters; letter += 1) await post(`Letter no. ${letter}`);
  await kept.button('Check for new mail').click();
  await kept.has(letters);
  // The rows at the top are read by then: what is marked there afterwards has come.
  await kept.list.focus();
  await page.keyboard.press('Home');
  for (let row = 1; row < 5; row += 1) await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('5 chosen').waitFor();
  await page.keyboard.press('u');
  await kept.rows.nth(4).and(page.locator('.seen')).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await kept.folder('Inbox').getAttribute('aria-description'), `${letters - 5} unread`);

  await kept.scrollTo(0.5);
  await kept.settled();
  const place = await kept.inSight();
  await kept.rows.filter({ has: page.getByText(place.subject, { exact: true }) }).click();
  await kept.message.getByText(`This is ${place.subject}.`).waitFor();
  assert.deepEqual(await kept.inSight(), place);
  await post('First of two');
  await post('Second of two');
  await kept.button('Check for new mail').click();
  await kept.has(letters + 2);
  await kept.settled();
  assert.deepEqual(await kept.inSight(), place, 'what one looks at has moved');
  await kept.message.getByText(`This is ${place.subject}.`).waitFor();
  // One was read meanwhile, and two have come.
  assert.equal(await kept.folder('Inbox').getAttribute('aria-description'), `${letters - 5 - 1 + 2} unread`);
  await kept.scrollTo(0);
  await kept.settled();
  for (const [at, words] of ['Second of two', 'First of two'].entries()) {
    assert.match(await kept.rows.nth(at).innerText(), new RegExp(`Unread\\.[^]*${words}`));
  }
  await kept.rows.nth(2).and(page.locator('.seen')).waitFor();
  assert.deepEqual((await subjects(kept)).slice(0, 3), ['Second of two', 'First of two', `Letter no. ${letters}`]);

  // Most of these rows have never been drawn.
  await kept.list.focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.getByText(`${letters + 2} chosen`).waitFor();
  await page.keyboard.press('u');
  await kept.folder('Inbox').and(page.locator(':not([aria-description])')).waitFor();
}));

test('two accounts share one inbox, and what is filed from it goes to the account it is of', { timeout }, () => withKept('sample', async (kept, page, { messages }) => {
  await kept.button('Preview or add a mailbox').click();
  const other = our.world.mailbox('hostile');
  await kept.keep(account('hostile'), our.world.fingerprint, other.messages);
  const place = (name, folder) => page.getByRole('group', { name: our.world.mailbox(name).user }).getByRole('treeitem', { name: folder, exact: true });
  await place('sample', 'Inbox').click();
  await kept.has(messages);
  await kept.read('The key is under the blue pot');
  await place('hostile', 'Inbox').click();
  await kept.has(other.messages);
  assert.ok((await subjects(kept)).includes('Hostile from head to foot'));
  assert.equal(await kept.rows.filter({ hasText: 'The key is under the blue pot' }).count(), 0);

  await kept.folder('All inboxes').click();
  await kept.has(messages + other.messages);
  for (const subject of ['The key is under the blue pot', 'Hostile from head to foot']) {
    await (await kept.row(subject)).click({ modifiers: ['ControlOrMeta'] });
  }
  await page.getByText('2 chosen').waitFor();
  await kept.button('Move to…').click();
  await kept.dialog.getByText('The messages belong to several accounts.').waitFor();
  await page.keyboard.press('Escape');
  await kept.list.focus();
  await page.keyboard.press('e');
  await kept.has(messages + other.messages - 2);
  await place('sample', 'Archive').click();
  await kept.has(1);
  assert.deepEqual(await subjects(kept), ['The key is under the blue pot']);
  await place('hostile', 'Archive').click();
  await kept.status.filter({ hasText: 'Kept here' }).waitFor();
  await kept.rows.filter({ hasText: 'Hostile from head to foot' }).waitFor();
  assert.deepEqual(await subjects(kept), ['Hostile from head to foot']);
  await place('hostile', 'Inbox').click();
  await kept.has(other.messages - 1);
}));

test('a finger draws a row aside: to the left it is deleted and taken back, to the right it is read, and up and down it scrolls', { timeout }, () =>
  visit(our.browser, our.bridge.url, { context: { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } } }, async (page) => {
    const kept = new Kept(page);
    const { messages } = our.world.mailbox('sample');
    await kept.keep(account('sample'), our.world.fingerprint, messages);
    const touch = await page.context().newCDPSession(page);
    /** Draws the row by so many pixels; `stay` looks before the finger is lifted. */
    const draw = async (row, aside, along, stay = () => {}) => {
      const { x, y, width, height } = await row.boundingBox();
      const at = (share) => [{ x: x + width / 2 + aside * share, y: y + height / 2 + along * share }];
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
      for (const share of [0.1, 0.25, 0.5, 0.75, 1]) {
        await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(share) });
      }
      await stay();
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    const first = kept.rows.first();
    const subject = await first.locator('strong').textContent();
    await draw(first, -60, 0);
    assert.equal(await first.locator('strong').textContent(), subject, 'not far enough');
    await draw(first, 150, 0, async () => {
      assert.equal(await first.getAttribute('data-aside'), 'right');
      if (process.env.RESTANTE_PICTURES) await page.screenshot({ path: `${process.env.RESTANTE_PICTURES}/swipe-right.png` });
    });
    await page.locator('.row.seen').first().waitFor();
    assert.equal(await first.getAttribute('data-aside'), null);
    assert.equal(await kept.message.count() > 0 && await kept.message.isVisible(), false, 'nothing is opened by it');
    await draw(first, -150, 0, async () => {
      if (process.env.RESTANTE_PICTURES) await page.screenshot({ path: `${process.env.RESTANTE_PICTURES}/swipe-left.png` });
    });
    await kept.rows.first().locator('strong').filter({ hasNotText: subject }).waitFor();
    await kept.button('Undo').click();
    await kept.rows.first().locator('strong').filter({ hasText: subject }).waitFor();
    // Two fingers zoom: the row is where it was once they are lifted.
    const { x, y } = await kept.rows.nth(2).boundingBox();
    const fingers = (apart) => [{ x: x + 150 - apart, y: y + 40, id: 0 }, { x: x + 170 + apart, y: y + 40, id: 1 }];
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(0).slice(0, 1) });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(40).slice(0, 1) });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(40) });
    for (const apart of [60, 90, 120]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(apart) });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await page.waitForFunction(() => !document.querySelector('[data-aside]'));
    await page.evaluate(() => { document.querySelector('#messages').scrollTop = 0; });
    await draw(kept.rows.nth(4), 20, -300);
    await page.waitForFunction(() => document.querySelector('#messages').scrollTop > 100);
    assert.equal(await page.locator('[data-aside]').count(), 0);
  }));
