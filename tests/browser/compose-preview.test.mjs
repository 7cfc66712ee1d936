// Writing beside a preview: nothing is kept, and what is not sent does not go without a word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEachView, isAccessible } from './lib/axe.mjs';
import { withFile } from './lib/browser.mjs';
import { suite } from './lib/suite.mjs';
import { OWN, demonstrated } from './lib/writer.mjs';

const timeout = 240_000;
const our = suite({ world: null });

/** The demonstration's mailbox, in a preview, and `use` of it. */
const previewing = (use, options = {}) => demonstrated(our.browser, use, { keeps: false, ...options });

/** Sends what is written, without the time to take it back. */
async function send(writer, page) {
  await writer.does('Send').click();
  await writer.told('The message is sent in 10 seconds.');
  await page.getByRole('button', { name: /^Outbox 1$/ }).click();
  await writer.button('Send now').click();
  await writer.told('Message sent.');
  // With nothing in it the way to it is the way back.
  await page.getByRole('button', { name: /^Outbox/ }).click();
}

test('a letter is written, arrives, is answered from what is read, and nothing is kept', { timeout }, () => previewing(async (writer, page) => {
  await writer.write('Boats in the harbour', { text: 'Which one is yours?\n.\nMine is the blue one.' });
  await writer.composer.getByText('This mailbox is not kept here').waitFor();
  await writer.composer.getByText(OWN, { exact: true }).waitFor();
  await send(writer, page);
  await writer.checkButton.click();
  await writer.read('Boats in the harbour');
  await writer.message.getByText('Which one is yours?').waitFor();
  await writer.message.getByRole('button', { name: 'Reply', exact: true }).click();
  await writer.to.waitFor();
  assert.equal(await writer.to.inputValue(), OWN);
  assert.equal(await writer.subject.inputValue(), 'Re: Boats in the harbour');
  assert.match(await writer.text.inputValue(), /^\n\nOn .+ wrote:\n> Which one is yours\?\n> \.\n> Mine is the blue one\.\n/);
  await writer.text.fill('The red one.');
  await send(writer, page);
  await writer.checkButton.click();
  await writer.read('Re: Boats in the harbour');
  await writer.message.getByText('The red one.').waitFor();
  const kept = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names = [];
    for await (const name of root.keys()) names.push(name);
    return [names, (await indexedDB.databases()).map(({ name }) => name), Object.keys(localStorage)];
  });
  assert.deepEqual(kept, [[], [], []]);
  await writer.closeButton.click();
  await writer.openButton.waitFor();
}));

test('a message goes on with its attachment', { timeout }, () => previewing(async (writer, page) => {
  await writer.read('Invoice for the windows');
  await writer.message.getByRole('button', { name: 'Forward', exact: true }).click();
  await writer.to.fill(OWN);
  await writer.composer.getByText('invoice-0311.pdf', { exact: true }).waitFor();
  await send(writer, page);
  await writer.checkButton.click();
  await writer.read('Fwd: Invoice for the windows');
  const [download] = await Promise.all([page.waitForEvent('download'), writer.message.getByRole('button', { name: 'Download invoice-0311.pdf' }).click()]);
  assert.equal(download.suggestedFilename(), 'invoice-0311.pdf');
  // The server has said what it takes.
  await writer.button('Write').click();
  await withFile('film.mp4', Buffer.alloc(30_000_000), async (film) => {
    await writer.composer.getByLabel('Attach files').setInputFiles(film);
    await writer.composer.getByText(/^With its files it has 42 MB, and no more than \d+ MB can be sent\./).waitFor();
  });
}));

test('a message is redirected as it came, and who passed it on stands above it', { timeout }, () => previewing(async (writer, page) => {
  await writer.read('The key is under the blue pot');
  await writer.message.locator('summary').and(page.getByLabel('More ways to answer')).click();
  await writer.message.getByRole('button', { name: 'Redirect', exact: true }).click();
  await writer.to.and(page.locator(':focus')).waitFor();
  await writer.composer.getByText('It goes on as it came').waitFor();
  assert.equal(await writer.text.count() + await writer.subject.count() + await writer.composer.getByLabel('Attach files').count(), 0);
  await isAccessible(page);
  await writer.to.fill(OWN);
  await send(writer, page);
  await writer.checkButton.click();
  await writer.told('1 new message.');
  await writer.rows.first().click();
  await writer.message.getByRole('heading', { name: 'The key is under the blue pot' }).waitFor();
  await writer.message.getByRole('button', { name: 'Source', exact: true }).click();
  await writer.message.getByText(`Resent-From: <${OWN}>`).waitFor();
  await writer.message.getByText('From: Ines Marlow').first().waitFor();
}));

test('closing asks while something is not sent, and drafts are found again until then', { timeout }, () => previewing(async (writer, page) => {
  await writer.write('Half a thought', { text: 'It begins like this' });
  await writer.does('Save and close').click();
  await writer.closeButton.click();
  const question = page.getByRole('dialog', { name: 'Close with messages that are not sent?' });
  await question.getByText('1 message is not sent.').waitFor();
  await isAccessible(page);
  await question.getByRole('button', { name: 'Stay' }).click();
  await page.getByRole('button', { name: /^Drafts 1$/ }).click();
  await isAccessible(page);
  await page.getByRole('listitem', { name: `Half a thought, ${OWN}` }).getByRole('button', { name: 'Edit' }).click();
  assert.equal(await writer.text.inputValue(), 'It begins like this');
  await page.keyboard.press('Escape');
  await writer.composer.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Drafts 1$/ }).click();
  await writer.list.waitFor();
  await writer.closeButton.click();
  await question.getByRole('button', { name: 'Close and discard' }).click();
  await writer.openButton.waitFor();
  // The next mailbox knows nothing of it.
  await writer.button('Fill it in').click();
  await writer.openButton.click();
  await writer.rows.first().waitFor();
  await writer.button('Write').click();
  await writer.to.waitFor();
  assert.equal(await page.getByRole('button', { name: /^Drafts/ }).count(), 0);
}));

test('who writes and by which server is set beside the letter, and a server that is wrong is told', { timeout }, () => previewing(async (writer, page) => {
  await writer.write('From somewhere else');
  await writer.does('Name and server').click();
  const dialog = page.getByRole('dialog', { name: 'Name and server' });
  const server = dialog.getByLabel('Outgoing server');
  const was = await server.inputValue();
  await dialog.getByLabel('Your name').fill('Robin Hale');
  await server.fill('nowhere.invalid');
  await isAccessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await writer.told('Settings saved.');
  await writer.does('Send').click();
  await page.getByRole('button', { name: /^Outbox 1$/ }).click();
  await writer.button('Send now').click();
  await writer.told('The message could not be sent, and is in Drafts. The bridge does not connect to this server.');
  await page.getByRole('button', { name: /^Drafts 1$/ }).click();
  await writer.button('Outgoing server').click();
  await server.fill(was);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await writer.told('Settings saved.');
  await writer.button('Edit').click();
  // Another server has another certificate: what was trusted is asked for again.
  await writer.does('Send').click();
  await page.getByRole('button', { name: /^Outbox 1$/ }).click();
  await writer.button('Send now').click();
  await writer.button('Trust exactly this certificate and go on').click();
  await writer.told('Message sent.');
  await page.getByRole('button', { name: /^Outbox/ }).click();
  await writer.checkButton.click();
  await writer.read('From somewhere else');
  await writer.message.getByText('Robin Hale').first().waitFor();
}));

test('by keyboard alone, and at every width, a letter is written beside a preview', { timeout }, () => previewing(async (writer, page) => {
  await writer.rows.first().focus();
  await page.keyboard.press('c');
  await writer.to.and(page.locator(':focus')).waitFor();
  await page.keyboard.type(OWN);
  for (let tabs = 0; tabs < 9 && !(await writer.subject.and(page.locator(':focus')).count()); tabs += 1) await page.keyboard.press('Tab');
  await page.keyboard.type('By hand');
  await page.keyboard.press('Tab');
  await page.keyboard.type('No mouse.');
  await page.keyboard.press('Control+Enter');
  await writer.told('The message is sent in 10 seconds.');
  await writer.told('Message sent.');
  await inEachView(page, async (view) => {
    await writer.button('Write').click();
    await writer.to.waitFor();
    await isAccessible(page, view);
    await page.keyboard.press('Escape');
    await writer.composer.waitFor({ state: 'detached' });
  });
}));
