// Kept mail as a person meets it: everything by role and accessible name.
import { readFile } from 'node:fs/promises';
import { Restante } from './restante.mjs';

/** The page with a kept mailbox, driven. */
export class Kept extends Restante {
  constructor(page) {
    super(page);
    this.keepBox = page.getByRole('checkbox', { name: 'Keep mail on this device', exact: true });
    this.folders = page.getByRole('navigation', { name: 'Accounts and folders', exact: true });
    this.dialog = page.getByRole('dialog');
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  folder(name) {
    return this.folders.getByRole('treeitem', { name, exact: true });
  }

  /** Keeps a mailbox, and waits until all of it is here. */
  async keep(account, fingerprint, messages) {
    await this.fill(account);
    await this.keepBox.check();
    await this.openButton.click();
    await this.search.waitFor();
    await this.page.getByText('Your password was not sent').waitFor();
    await this.trust(fingerprint);
    if (messages !== undefined) await this.has(messages);
  }

  /** Waits until everything has come and the list has this many messages. */
  async has(messages) {
    await this.status.filter({ hasText: 'Kept here' }).waitFor({ timeout: 120_000 });
    const words = messages === 1 ? '1 message' : `${messages.toLocaleString('en')} messages`;
    await this.page.locator('.list .tools').getByText(words, { exact: true }).waitFor({ timeout: 120_000 });
  }

  /** Clicks what writes a file, and returns its bytes. */
  async file(button) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), button.click()]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  /** Has an account do this with mail on the server, and agrees where that is asked. */
  async policy(name) {
    await this.button('Account settings').click();
    await this.dialog.getByRole('radio', { name, exact: true }).check();
    await this.dialog.getByRole('button', { name: 'Save', exact: true }).click();
    const agree = this.dialog.getByRole('button', { name: 'Yes, delete on the server' });
    const saved = this.status.filter({ hasText: 'Settings saved.' });
    await agree.or(saved).first().waitFor();
    if (await agree.isVisible()) await agree.click();
    await saved.waitFor();
  }
}
