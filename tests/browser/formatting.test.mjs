// Letters with formatting: edited with the tools and the keyboard, kept as a draft, sent, and read as they were written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAccessible } from './lib/axe.mjs';
import { suite } from './lib/suite.mjs';
import { OWN, demonstrated } from './lib/writer.mjs';

const timeout = 240_000;
const our = suite({ world: null });
const writing = (use, options = {}) => demonstrated(our.browser, use, { keeps: true, ...options });
// A picture of one pixel (PNG).
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

test('what is written with formatting is kept, sent and read with it', { timeout }, () => writing(async (writer, page) => {
  await writer.write('With a look', { text: '' });
  await writer.does('Formatting').click();
  await writer.text.and(page.locator(':focus')).waitFor();
  await page.keyboard.type('See the ');
  await page.keyboard.press('Control+b');
  await page.keyboard.type('blue');
  await page.keyboard.press('Control+b');
  await page.keyboard.type(' boat at ');
  await writer.does('Link').click();
  await writer.field('Address of the link').fill('javascript:alert(1)');
  await page.keyboard.press('Enter');
  await writer.composer.getByText('A link leads to a web address').waitFor();
  await writer.field('Address of the link').fill('example.org/boats');
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await writer.does('Bulleted list').click();
  await page.keyboard.type('oars');
  await page.keyboard.press('Enter');
  await page.keyboard.type('paint');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.keyboard.type('As it is <now>:');
  await writer.composer.getByLabel('Insert pictures').setInputFiles([{ name: 'boat.png', mimeType: 'image/png', buffer: PIXEL }]);
  await writer.text.getByRole('img', { name: 'boat.png' }).waitFor();
  await writer.composer.getByText('Saved in Drafts').waitFor();
  await isAccessible(page);

  // As a draft it is what it was.
  const written = await writer.text.innerHTML();
  await writer.does('Save and close').click();
  await writer.folder('Drafts').click();
  await writer.button('Edit').click();
  await writer.text.getByRole('img', { name: 'boat.png' }).waitFor();
  const look = (html) => html.replace(/blob:[^"]+/g, 'blob:').replace(/&nbsp;/g, ' ');
  await writer.text.getByRole('listitem').filter({ hasText: 'paint' }).waitFor();
  assert.match(look(written), /<b>blue<\/b>/);
  assert.match(look(await writer.text.innerHTML()), /<b>blue<\/b> boat at <a href="https:\/\/example.org\/boats">example.org\/boats<\/a>/);

  await writer.send();
  await writer.told('Message sent.');
  await writer.folder('Inbox').click();
  await writer.checkButton.click();
  await writer.read('With a look');
  const letter = await writer.mailFrame();
  await letter.getByText('As it is <now>:').waitFor();
  assert.equal(await letter.locator('b').textContent(), 'blue');
  assert.equal(await letter.getByRole('link', { name: 'example.org/boats' }).getAttribute('href'), 'https://example.org/boats');
  assert.deepEqual(await letter.getByRole('listitem').allTextContents(), ['oars', 'paint']);
  const width = await letter.getByRole('img', { name: 'boat.png' }).evaluate((image) => image.decode().then(() => image.naturalWidth));
  assert.equal(width, 1);
  const { bytes } = await writer.file(writer.message.getByRole('button', { name: /^Save/ }).first());
  assert.match(bytes.toString(), /See the blue boat at example\.org\/boats\r?\n- oars\r?\n- paint\r?\n/);

  // Edited anew it is what it was, and passed on it keeps its look below its head.
  for (const [manner, subject] of [['Edit as new', 'With a look'], ['Forward', 'Fwd: With a look']]) {
    await writer.message.getByLabel('More ways to answer').last().click();
    await writer.button(manner).click();
    await writer.text.getByRole('img', { name: 'boat.png' }).waitFor();
    assert.equal(await writer.subject.inputValue(), subject);
    assert.match(look(await writer.text.innerHTML()), /<b>blue<\/b> boat at <a href="https:\/\/example.org\/boats">example.org\/boats<\/a>/);
    assert.deepEqual(await writer.text.getByRole('listitem').allTextContents(), ['oars', 'paint']);
    assert.equal(await writer.text.getByText('Forwarded message').count(), manner === 'Forward' ? 1 : 0);
    assert.equal(await writer.composer.getByRole('list', { name: 'Attachments' }).getByRole('listitem').count(), 0, 'the picture is in the text');
    if (manner === 'Forward') await writer.composer.screenshot({ path: process.env.RESTANTE_PICTURES && `${process.env.RESTANTE_PICTURES}/forward.png` });
    await writer.does('Discard').click();
    await writer.composer.waitFor({ state: 'detached' });
  }
}));

test('nothing of what is pasted comes along but its words, and the look can be taken away', { timeout }, () => writing(async (writer, page) => {
  await writer.write('Pasted', { text: 'First' });
  await writer.does('Formatting').click();
  await page.keyboard.press('Control+End');
  await writer.text.evaluate((editor) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/html', '<p style="color:red" onclick="alert(1)">Se<b>cond</b><img src="https://example.org/pixel.png"></p>');
    clipboardData.setData('text/plain', 'Second');
    editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+i');
  await writer.does('Italic').and(page.locator('[aria-pressed=true]')).waitFor();
  assert.equal(await writer.text.locator('img, p, [style]').count(), 0);
  await writer.does('Formatting').click();
  await writer.composer.getByText('Without formatting, this message keeps its words').waitFor();
  await writer.does('Remove formatting').click();
  assert.match(await writer.text.inputValue(), /^First ?Second\n$/);
  await page.keyboard.press('Escape');
}));

test('the tools are one stop of the Tab key, arrows walk through them, and the one that was used last is stopped at', { timeout }, () => writing(async (writer, page) => {
  await writer.write('By keyboard', { text: '' });
  await writer.does('Formatting').click();
  await writer.text.and(page.locator(':focus')).waitFor();
  const at = (name) => writer.composer.getByLabel(name, { exact: true }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Shift+Tab');
  await at('Bold');
  await page.keyboard.press('ArrowRight');
  await at('Italic');
  await page.keyboard.press('Tab');
  await writer.text.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Shift+Tab');
  await at('Italic');
  await page.keyboard.press('End');
  await at('Insert pictures');
  await page.keyboard.press('ArrowRight');
  await at('Bold');
  await page.keyboard.press('Enter');
  await page.keyboard.type('bold');
  await writer.text.locator('b', { hasText: 'bold' }).waitFor();
}));

test('an answer quotes with formatting, and whoever else writes from the account signs it', { timeout }, () => writing(async (writer, page) => {
  await writer.button('Account settings').click();
  const sheet = writer.dialog;
  await sheet.getByRole('button', { name: 'Add an address' }).click();
  const other = sheet.getByRole('listitem').last();
  await other.getByLabel('Your address').fill('robin@harbour.example');
  await other.getByLabel('Your name').fill('Robin, harbour office');
  await other.getByLabel('Signature').fill('Harbour office');
  await isAccessible(page);
  await sheet.getByRole('button', { name: 'Save', exact: true }).click();
  await writer.told('Settings saved.');
  await writer.read('The key is under the blue pot');
  await writer.message.getByRole('button', { name: 'Reply', exact: true }).click();
  await writer.does('Formatting').click();
  await writer.text.locator('blockquote').waitFor();
  await writer.composer.getByRole('combobox', { name: 'From' }).selectOption({ label: 'Robin, harbour office <robin@harbour.example>' });
  await writer.text.getByText('Harbour office').waitFor();
  await writer.to.fill(OWN);
  await writer.does('Ask for a delivery report, where the server gives one').click();
  await writer.send();
  // The demonstration's server lets nobody write but its one user, and says so beside the message.
  await writer.told('The message could not be sent, and is in Drafts.');
  await writer.folder('Drafts').click();
  await page.getByText('553 5.7.1 Mail from here has the sender').waitFor();
  await writer.button('Edit').click();
  await writer.text.locator('blockquote').waitFor();
  assert.equal(await writer.does('Ask for a delivery report, where the server gives one').getAttribute('aria-pressed'), 'true');
  await writer.composer.getByRole('combobox', { name: 'From' }).selectOption({ label: OWN });
  await writer.text.getByText('Harbour office').waitFor({ state: 'detached' });
  await writer.send();
  await writer.told('Message sent.');
  await writer.folder('Sent').click();
  await writer.read('Re: The key is under the blue pot');
  const letter = await writer.mailFrame();
  await letter.locator('blockquote').waitFor();
}));
