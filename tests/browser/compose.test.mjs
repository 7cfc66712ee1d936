// Writing: a letter to oneself through the demonstration's servers, and what becomes of one that is interrupted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEachView, isAccessible } from './lib/axe.mjs';
import { suite } from './lib/suite.mjs';
import { OWN, Writer, demonstrated } from './lib/writer.mjs';

const timeout = 240_000;
const our = suite({ world: null });

/** The demonstration's mailbox, kept, and `use` of it. */
const writing = (use, options = {}) => demonstrated(our.browser, use, { keeps: true, ...options });

test('the whole circle: a letter to oneself is sent, arrives, is answered, and the answer arrives', { timeout }, () => writing(async (writer, page) => {
  await writer.write('Boats in the harbour', { text: 'Which one is yours?\n.\nMine is the blue one.' });
  await writer.send();
  await writer.told('Message sent.');
  await writer.folder('Sent').click();
  await writer.read('Boats in the harbour');
  await writer.message.getByText('Mine is the blue one.').waitFor();
  await writer.folder('Inbox').click();
  await writer.checkButton.click();
  await writer.read('Boats in the harbour');
  await writer.message.getByText('Which one is yours?').waitFor();
  await writer.message.getByRole('button', { name: 'Reply', exact: true }).click();
  assert.equal(await writer.to.inputValue(), OWN);
  assert.equal(await writer.subject.inputValue(), 'Re: Boats in the harbour');
  const quoted = await writer.text.inputValue();
  assert.match(quoted, /^\n\nOn .+ wrote:\n> Which one is yours\?\n> \.\n> Mine is the blue one\.\n/);
  await writer.text.fill(`The red one.${quoted}`);
  await writer.send();
  await writer.told('Message sent.');
  await writer.folder('Inbox').click();
  await writer.checkButton.click();
  await writer.read('Re: Boats in the harbour');
  await writer.message.getByText('The red one.').waitFor();
  await page.getByRole('button', { name: /^Conversation \(4\)$/ }).click();
  await writer.has(4);
}));

test('a draft is saved as one types, survives its tab, and is gone on with', { timeout }, () => writing(async (writer, page, { demo }) => {
  await writer.write('Half a thought', { text: 'It begins like this' });
  await writer.composer.getByText('Saved in Drafts').waitFor();
  // A tab that is ended has no time for a word.
  const context = page.context();
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // What has crashed answers nothing.
  session.send('Page.crash').catch(() => {});
  await crashed;
  const second = await context.newPage();
  await second.goto(demo.url);
  const again = new Writer(second);
  await again.folder('Drafts').click();
  await second.getByRole('listitem', { name: `Half a thought, ${OWN}` }).getByRole('button', { name: 'Edit' }).click();
  assert.equal(await again.text.inputValue(), 'It begins like this');
  assert.equal(await again.to.inputValue(), OWN);
  await again.does('Discard').click();
  await again.told('Message discarded.');
  await second.getByText('Nothing is being written.').waitFor();
  await again.button('Undo').click();
  assert.equal(await again.text.inputValue(), 'It begins like this');
}, { clean: false }));

test('what is sent can be taken back, and what may be forgotten is asked for', { timeout }, () => writing(async (writer, page) => {
  await writer.write('', { text: 'The plan is attached.' });
  await writer.does('Send').click();
  await writer.composer.getByText('The text speaks of an attachment, and there is none.').waitFor();
  await writer.does('Go on writing').click();
  await writer.composer.getByLabel('Attach files').setInputFiles([{ name: 'plan à la carte.txt', mimeType: 'text/plain', buffer: Buffer.from('the plan') }]);
  await writer.composer.getByText('plan à la carte.txt', { exact: true }).waitFor();
  await writer.composer.getByText('Saved in Drafts').waitFor();
  await writer.does('Send').click();
  await writer.composer.getByText('There is no subject.').waitFor();
  await writer.does('Send anyway').click();
  await writer.told('The message is sent in 10 seconds.');
  await writer.button('Undo').click();
  await writer.composer.getByText('plan à la carte.txt', { exact: true }).waitFor();
  await writer.subject.fill('The plan');
  await writer.send();
  await writer.told('Message sent.');
  await writer.folder('Inbox').click();
  await writer.checkButton.click();
  await writer.read('The plan');
  const [download] = await Promise.all([page.waitForEvent('download'), writer.message.getByRole('button', { name: 'Download plan à la carte.txt' }).click()]);
  assert.equal(download.suggestedFilename(), 'plan à la carte.txt');
}));

test('who is refused is named beside the words of the server, and the others have it', { timeout }, () => writing(async (writer, page) => {
  await writer.write('To two', { to: `${OWN}, elsewhere@example.net` });
  await writer.send();
  await writer.told('The message could not be sent, and is in Drafts.');
  await writer.folder('Drafts').click();
  await page.getByText(/^elsewhere@example\.net was refused: 550 5\.7\.1/).waitFor();
  await page.getByRole('listitem', { name: 'To two, elsewhere@example.net' }).getByRole('button', { name: 'Edit' }).click();
  assert.equal(await writer.to.inputValue(), 'elsewhere@example.net');
  await writer.to.fill('nobody at home');
  await writer.does('Send').click();
  await writer.composer.getByRole('alert').getByText('“nobody at home” is not an address.').waitFor();
  await writer.does('Save and close').click();
  await writer.folder('Inbox').click();
  await writer.checkButton.click();
  await writer.read('To two');
}));

test('by keyboard alone a letter is written and sent, and axe finds nothing to complain about', { timeout }, () => writing(async (writer, page) => {
  await writer.rows.first().focus();
  await page.keyboard.press('c');
  await writer.to.and(page.locator(':focus')).waitFor();
  await page.keyboard.type(OWN);
  // Past Cc and Bcc, and whoever is offered.
  for (let tabs = 0; tabs < 9 && !(await writer.subject.and(page.locator(':focus')).count()); tabs += 1) await page.keyboard.press('Tab');
  await page.keyboard.type('By hand');
  await page.keyboard.press('Tab');
  await page.keyboard.type('No mouse.');
  await isAccessible(page);
  await page.keyboard.press('Control+Enter');
  await writer.told('The message is sent in 10 seconds.');
  await writer.folder('Outbox').click();
  await isAccessible(page);
  await writer.told('Message sent.');
  await inEachView(page, async (view) => {
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    await writer.to.waitFor();
    await isAccessible(page, view);
    await page.keyboard.press('Escape');
    await writer.composer.waitFor({ state: 'detached' });
  });
}));

test('without a network a letter waits in the outbox and goes when it is back', { timeout }, () => writing(async (writer, page) => {
  await writer.write('From the train');
  await page.context().setOffline(true);
  await writer.send();
  await writer.told('The message could not be sent yet, and is in Outbox.');
  await page.getByText('Could not be sent yet · next try at').waitFor();
  await page.context().setOffline(false);
  await writer.told('Message sent.');
}, { clean: false }));

test('recipients are offered from the mail that is kept, and taken by keyboard or pointer', { timeout }, () => writing(async (writer, page) => {
  await writer.button('Write').click();
  await writer.to.pressSequentially('beltr');
  const offers = writer.composer.getByRole('list', { name: 'Suggested recipients' });
  await offers.getByRole('button', { name: /^Ana Beltrán </ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const takes = (pattern) => page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector('#letter-to').value), pattern);
  await takes('^Ana Beltrán <[^>]+@[^>]+>, $');
  await writer.to.and(page.locator(':focus')).waitFor();
  await page.keyboard.type('mei');
  await offers.getByRole('button', { name: /Tanaka/ }).click();
  await takes('^Ana Beltrán <.+>, Mei Tanaka <.+>, $');
  await writer.to.and(page.locator(':focus')).waitFor();
  await isAccessible(page);
  await page.keyboard.type('nobody at all');
  await offers.waitFor({ state: 'detached' });
}));

test('a link that writes to somebody opens the composer, from the address and from a letter', { timeout }, () => writing(async (writer, page, { demo }) => {
  await page.goto(`${demo.url}#${encodeURIComponent('mailto:ana@example.org?subject=Boats%20%26%20more&body=One%0D%0Atwo&cc=bert@example.org')}`);
  await writer.composer.waitFor();
  assert.equal(await writer.to.inputValue(), 'ana@example.org');
  assert.equal(await writer.field('Cc').inputValue(), 'bert@example.org');
  assert.equal(await writer.subject.inputValue(), 'Boats & more');
  assert.equal(await writer.text.inputValue(), 'One\ntwo');
  assert.equal(new URL(page.url()).hash, '');
  await writer.text.fill('Write to nora@postbox.example today.');
  await writer.to.fill(OWN);
  await writer.field('Cc').fill('');
  await writer.send();
  await writer.told('Message sent.');
  await writer.folder('Sent').click();
  await writer.read('Boats & more');
  await writer.message.getByRole('link', { name: 'nora@postbox.example' }).click();
  await writer.composer.waitFor();
  assert.equal(await writer.to.inputValue(), 'nora@postbox.example');
}));
