// States of kept mail, each reached as a person reaches it: for the accessibility check and for pictures.

const composer = (page) => page.getByRole('dialog', { name: 'New message', exact: true });

/** Name to how it is reached. Each gets a `Kept` whose mailbox, the sample, is kept whole, and its page. */
export const KEPT_STATES = {
  list: async () => {},
  chosen: async (kept, page) => {
    await kept.list.focus();
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByText('2 chosen').waitFor();
  },
  told: async (kept, page) => {
    await kept.list.focus();
    await page.keyboard.press('Delete');
    await kept.button('Undo').waitFor();
  },
  found: async (kept, page) => {
    await kept.search.fill('harbours');
    await page.getByText('best match first').waitFor();
  },
  'nothing-found': async (kept, page) => {
    await kept.search.fill('xyzzy-nothing');
    await page.getByText('Nothing found for').waitFor();
  },
  reading: async (kept) => kept.read('The key is under the blue pot'),
  moving: async (kept) => {
    await kept.button('Move to…').click();
    await kept.dialog.waitFor();
  },
  folders: async (kept, page) => {
    const menu = page.getByRole('button', { name: 'Folders', exact: true });
    if (await menu.isVisible()) await menu.click();
    await kept.folder('Inbox').waitFor();
  },
  settings: async (kept, page) => {
    await KEPT_STATES.folders(kept, page);
    await kept.button('Account settings').click();
    await kept.dialog.waitFor();
  },
  writing: async (kept, page) => {
    await kept.button('Write').click();
    const letter = composer(page);
    await letter.getByRole('button', { name: 'Cc and Bcc' }).click();
    await letter.getByRole('textbox', { name: 'To', exact: true }).fill('ana@example.org, nobody at home');
    await letter.getByRole('textbox', { name: 'Subject', exact: true }).fill('Boats in the harbour');
    await letter.getByRole('textbox', { name: 'Text', exact: true }).fill('Which one is yours?\n\nMine is the blue one, behind the crane.');
    await letter.getByLabel('Attach files').setInputFiles([{ name: 'A chart of the harbour.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(120_000) }]);
    await letter.getByText('Saved in Drafts').waitFor();
  },
  'not-sent': async (kept, page) => {
    await KEPT_STATES.writing(kept, page);
    await composer(page).getByRole('button', { name: 'Send', exact: true }).click();
    await composer(page).getByRole('alert').getByText('is not an address').waitFor();
  },
  answering: async (kept, page) => {
    await kept.read('The key is under the blue pot');
    await kept.message.getByRole('button', { name: 'Reply', exact: true }).click();
    await composer(page).getByRole('textbox', { name: 'Text', exact: true }).waitFor();
  },
  drafts: async (kept, page) => {
    await KEPT_STATES.writing(kept, page);
    await composer(page).getByRole('button', { name: 'Save and close' }).click();
    await KEPT_STATES.folders(kept, page);
    await kept.folder('Drafts').click();
    await page.getByRole('listitem', { name: 'Boats in the harbour, ana@example.org, nobody at home' }).first().waitFor();
  },
  // What this one and the next choose stays chosen, so they come last.
  compact: async (kept, page) => {
    await KEPT_STATES.settings(kept, page);
    await kept.dialog.getByRole('combobox', { name: 'Rows' }).selectOption({ label: 'Compact' });
    await page.keyboard.press('Escape');
    if (!(await kept.list.isVisible())) await kept.folder('Inbox').click();
    await kept.list.focus();
    await page.keyboard.press('x');
    await page.getByText('1 chosen').waitFor();
  },
  'spanish-settings': async (kept, page) => {
    await KEPT_STATES.settings(kept, page);
    await kept.dialog.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'Español' });
    await kept.dialog.getByRole('heading', { name: 'Ajustes de la cuenta' }).waitFor();
  },
};
