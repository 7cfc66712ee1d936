// States of kept mail, each reached as a person reaches it: for the accessibility check and for pictures.

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
  'spanish-settings': async (kept, page) => {
    await KEPT_STATES.settings(kept, page);
    await kept.dialog.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'Español' });
    await kept.dialog.getByRole('heading', { name: 'Ajustes de la cuenta' }).waitFor();
  },
};
