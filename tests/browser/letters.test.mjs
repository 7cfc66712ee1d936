// How letters are listed, set, told and printed: what a reader of mail sees at once.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { LETTERS, PICTURES } from './lib/letters.mjs';
import { deliver, withdraw } from './lib/mail.mjs';
import { ENGLISH, SPANISH } from './lib/restante.mjs';
import { inPreview, suite } from './lib/suite.mjs';
import { unzip } from './lib/zip.mjs';

const timeout = 90_000;
const our = suite();

/** Delivers letters, opens the mailbox with them, and takes them out again. */
async function withLetters(subjects, use, { context, names, letters = LETTERS } = {}) {
  const { maildir } = our.world.mailbox('sample');
  const delivered = [];
  try {
    for (const subject of subjects) delivered.push(await deliver(maildir, subject, letters[subject]));
    await inPreview(our, 'sample', use, { context, names });
  } finally {
    await withdraw(maildir, delivered);
  }
}

const edges = (locator) => locator.evaluate((node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  const { left, right } = range.getBoundingClientRect();
  return { left: Math.round(left), right: Math.round(right) };
});

test('a row uses its whole width, cells stay apart, and every line begins where all lines begin', { timeout }, () =>
  withLetters(['Seats and prices', 'موعد العشاء'], async (restante) => {
    const row = await restante.row('Seats and prices');
    const snippet = row.locator('.snippet');
    assert.match(await snippet.textContent(), /^Seats: seven Row F Frames, large 418\.00 A long/);
    const [words, date] = [await snippet.boundingBox(), await row.locator('time').boundingBox()];
    assert.ok(date.x + date.width - words.x - words.width < 12, `${date.x + date.width} against ${words.x + words.width}`);
    assert.match(await row.locator('time').textContent(), /2015/, 'an old one says its year');

    const arabic = await restante.row('موعد العشاء');
    const starts = [];
    for (const part of ['b', 'strong', '.snippet']) starts.push((await edges(arabic.locator(part))).left, (await edges(row.locator(part))).left);
    assert.equal(new Set(starts).size, 1, starts.join(' '));
    assert.equal(await arabic.locator('.avatar').textContent(), 'أ');
  }));

test('times and dates are written as people of the language write them', { timeout }, async () => {
  const now = new Date();
  const [day, year] = [new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), 9, 56)), now.getUTCFullYear()];
  const letters = { 'Of this morning': { headers: [`Date: ${day.toUTCString()}`] }, 'Of this year': { headers: [`Date: ${new Date(Date.UTC(year, 0, 2)).toUTCString()}`] } };
  const subjects = Object.keys(letters);
  const shown = (locale) => async (restante) => {
    const time = async (subject) => (await restante.row(subject)).locator('time').textContent();
    const expected = { 'en-US': '9:56 AM', 'en-GB': '09:56', es: '9:56' }[locale];
    assert.equal((await time('Of this morning')).replace('\u202f', ' '), expected, locale);
    if (now.getUTCMonth() > 0) assert.doesNotMatch(await time('Of this year'), new RegExp(year));
    await restante.read('Of this morning');
    assert.match((await restante.message.locator('.to time').textContent()).replace('\u202f', ' '), new RegExp(`[^0]${expected}`));
  };
  for (const locale of ['en-US', 'en-GB', 'es']) {
    await withLetters(subjects, shown(locale), { letters, names: locale === 'es' ? SPANISH : ENGLISH, context: { locale, timezoneId: 'UTC' } });
  }
});

test('columns keep a fixed pitch, wrapped lines are joined, and quotes are folded by level with bars that do not break', { timeout }, () =>
  withLetters(['Wrapped, quoted, drawn'], async (restante, page) => {
    await restante.read('Wrapped, quoted, drawn');
    const { message } = restante;
    const drawn = message.locator('.text > pre');
    assert.equal(await drawn.count(), 2, 'a table and a drawing');
    assert.match(await drawn.first().evaluate((node) => getComputedStyle(node).fontFamily), /mono/);
    assert.equal((await drawn.first().textContent()).split('\n').length, 4, 'its lines stay');
    const first = await message.locator('.text > p').first().textContent();
    assert.ok(first.startsWith('Thank you') && !first.includes('\n'), first);
    assert.equal(await message.getByText('Jonas Okafor\nArchive of the town\nHarbour Street 12').count(), 1, 'an address stays');

    const quote = message.locator('.text > details');
    assert.equal(await message.getByText('Could you have a look?').isVisible(), false, 'what hangs below is folded');
    await quote.locator('> summary').focus();
    await page.keyboard.press('Enter');
    await message.getByText('Could you have a look?').waitFor();
    assert.equal(await message.getByText('And this as well.').isVisible(), false, 'by level');
    await message.getByText(/^\d+ quoted lines$/).last().click();
    await message.getByText('And this as well.').waitFor();
    const bars = quote.locator('blockquote');
    assert.equal(await bars.count(), 2, 'one bar for each level');
    assert.match(await bars.first().locator('p').first().textContent(), /^Thank you/, 'no empty line begins it');
    const [outer, inner] = [await bars.first().boundingBox(), await bars.last().boundingBox()];
    assert.ok(outer.y < inner.y && outer.y + outer.height > inner.y + inner.height, 'the outer bar goes on');
  }));

test('a link whose words name another host leads nowhere, and where it leads is said beside it', { timeout }, () =>
  withLetters(['Confirm your account', 'Where it leads'], async (restante, page) => {
    await restante.read('Confirm your account');
    const frame = await restante.mailFrame();
    const words = frame.getByText('www.bank.example/login');
    await words.waitFor({ state: 'attached' });
    assert.equal(await words.evaluate((node) => node.closest('a[href]')), null, 'the words are no way to open it');
    const badge = frame.getByRole('link', { name: 'opens login.other.example' });
    assert.ok(await badge.isVisible(), 'no style sheet of the sender hides it');
    assert.equal(await badge.getAttribute('href'), 'https://login.other.example/x?bank.example');
    await restante.read('Where it leads');
    assert.deepEqual(await restante.message.locator('.opens').allTextContents(), ['opens other.example']);
    assert.equal(page.context().pages().length, 1);
  }));

test("an address in the place of a sender's name is said to be another's, and the true one is in sight, in list and letter", { timeout }, () =>
  withLetters(['Confirm your account', 'A very long name'], async (restante) => {
    assert.equal(await (await restante.row('Confirm your account')).locator('b').textContent(), 'x91@mailer.other.example');
    await restante.read('Confirm your account');
    const { message } = restante;
    await message.getByText("The sender's name is somebody else's address.").waitFor();
    assert.match(await message.locator('.note').first().textContent(), /service@bank\.example.*x91@mailer\.other\.example/);
    assert.equal(await message.locator('.from b').textContent(), 'x91@mailer.other.example');

    await restante.read('A very long name');
    const address = message.getByText('<true@other.example>');
    const [name, head] = [await address.boundingBox(), await message.locator('.who').boundingBox()];
    assert.ok(name.y + name.height <= head.y + head.height, 'a long name pushes the address out of sight');
  }, { letters: { ...LETTERS, 'A very long name': { from: `"${'The bank that you have always trusted '.repeat(20)}" <true@other.example>` } } }));

test("what the reader's own provider found out about a sender is said, and nobody else's word", { timeout }, () => {
  const says = (...fields) => ({ headers: fields.map((field) => `Authentication-Results: ${field}`) });
  const passed = 'dmarc=pass header.from=postbox.example';
  const letters = {
    'Confirmed by my own': says(`127.0.0.1; ${passed}`),
    'Refuted by my own': says('127.0.0.1; dmarc=fail header.from=postbox.example', `127.0.0.1; ${passed}`),
    'Confirmed by a stranger': says(`mx.evil.example; ${passed}`),
    'Confirmed for a stranger': says('127.0.0.1; dmarc=pass header.from=evil.example'),
  };
  return withLetters(Object.keys(letters), async (restante) => {
    const confirmed = restante.message.getByText('According to 127.0.0.1 this comes from postbox.example.');
    const refuted = restante.message.getByText('Perhaps forged.');
    const found = async (subject) => {
      await restante.read(subject);
      return [await confirmed.count(), await refuted.count()];
    };
    assert.deepEqual(await found('Confirmed by my own'), [1, 0]);
    assert.deepEqual(await found('Refuted by my own'), [0, 1]);
    assert.deepEqual(await found('Confirmed by a stranger'), [0, 0]);
    assert.deepEqual(await found('Confirmed for a stranger'), [0, 0]);
  }, { letters });
});

test('an invitation says what, when, where and who', { timeout }, () =>
  withLetters(['Invitation: choir rehearsal'], async (restante) => {
    await restante.read('Invitation: choir rehearsal');
    const event = restante.message.getByRole('region', { name: 'Invitation' });
    await event.getByRole('heading', { name: 'Choir rehearsal, with scans' }).waitFor();
    const said = await event.textContent();
    for (const words of [/27/, /November 2026/, /19:30.*21:30/, /Europe\/Madrid/, /every week/, /Room 4, entrance from the courtyard/, /from Choir of St. Brendan · with You, Jonas Okafor/]) {
      assert.match(said, words);
    }
    await restante.message.getByText('invitation.ics').waitFor();
  }, { context: { timezoneId: 'UTC' } }));

test('a letter of pictures shows them, each has a thumbnail, and all are saved in one file', { timeout }, () =>
  withLetters(['Nothing but pictures'], async (restante, page) => {
    await restante.read('Nothing but pictures');
    const { message } = restante;
    const quay = message.getByRole('img', { name: 'quay.png' });
    await quay.waitFor();
    await page.waitForFunction(() => [...document.querySelectorAll('article img')].filter((image) => image.naturalWidth > 0).length === 4);
    assert.deepEqual(await quay.evaluate(({ naturalWidth, naturalHeight }) => [naturalWidth, naturalHeight]), [640, 400]);
    assert.equal(await message.getByText('This message has no text.').count(), 0);
    const [download] = await Promise.all([page.waitForEvent('download'), message.getByRole('button', { name: 'Save all attachments in one file' }).click()]);
    assert.equal(download.suggestedFilename(), 'Nothing but pictures.zip');
    const files = unzip(await readFile(await download.path()));
    assert.deepEqual([...files.keys()], Object.keys(PICTURES));
    for (const [name, bytes] of Object.entries(PICTURES)) assert.ok(bytes.equals(files.get(name)), name);
    assert.ok(PICTURES['quay.png'].equals((await restante.download('quay.png')).bytes), 'one alone is saved as well');
  }));

test('all fields of a header are there for who wants them, decoded', { timeout }, () => withLetters(['Seats and prices'], async (restante, page) => {
  await restante.read('Seats and prices');
  const { message } = restante;
  assert.equal(await message.locator('.header-fields dt').count(), 0);
  await message.getByText('All header fields').focus();
  await page.keyboard.press('Enter');
  const field = (name) => message.locator('.header-fields div').filter({ has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) }).locator('dd');
  assert.equal(await field('Subject').textContent(), 'Seats and prices');
  const [name, value] = await Promise.all([message.locator('.header-fields dt').first().boundingBox(), field('Subject').boundingBox()]);
  assert.ok(value.width > 200 && value.x > name.x + name.width / 2, 'a value stands beside its name, in a line');
  assert.match(await field('Content-Type').first().textContent(), /^[a-z]+\/[a-z]+/);
}));

test('printing is a command while something is read', { timeout }, () => withLetters(['Seats and prices'], async (restante, page) => {
  const printed = () => page.evaluate(() => window.printed);
  await page.evaluate(() => { window.printed = []; window.print = () => window.printed.push(document.querySelectorAll('dialog').length); });
  const command = async (name) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find a command' }).fill(name);
  };
  await restante.list.focus();
  await command('Print');
  await page.getByText('No command is called that.').waitFor();
  await page.keyboard.press('Escape');
  await restante.read('Seats and prices');
  await restante.list.focus();
  await command('Print');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => window.printed.length > 0);
  assert.deepEqual(await printed(), [0], 'once, and without the list of commands');
}));

test('what is printed is the letter, to its end, and nothing of the page around it', { timeout }, () =>
  withLetters(['A long letter'], async (restante, page) => {
    await restante.read('A long letter');
    const { message } = restante;
    assert.equal(await message.getByText('The very end.').count(), 0, 'what is out of sight is not drawn yet');
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    await message.getByText('The very end.').waitFor();
    for (const hidden of [restante.list, restante.closeButton, message.getByRole('button').first()]) assert.equal(await hidden.isVisible(), false);
    assert.ok(await message.getByRole('heading', { name: 'A long letter' }).isVisible());
    const { article, shown, cut } = await page.evaluate(() => ({
      article: document.querySelector('article').scrollHeight,
      shown: document.documentElement.scrollHeight,
      cut: ['.mailbox', 'main', '.pane', 'article'].filter((part) => getComputedStyle(document.querySelector(part)).overflowY !== 'visible'),
    }));
    assert.ok(shown >= article, `${shown} of ${article} pixels`);
    assert.deepEqual(cut, []);
  }, { letters: { 'A long letter': { text: `${'One more paragraph of a letter that goes on.\r\n\r\n'.repeat(1_500)}The very end.\r\n` } } }));
