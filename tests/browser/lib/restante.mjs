// The page as a person meets it: everything by role and accessible name.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

/** How long a row may take to come. */
const PATIENCE_MS = 20_000;

/** What the controls that are driven are called. */
export const ENGLISH = {
  address: 'Mail address', server: 'Mail server', port: 'Port', security: 'Security', user: 'User name', password: 'Password', open: 'Open mailbox', close: 'Close mailbox',
  check: 'Check for new mail', delete: 'Delete on the server', search: 'Search mail', messages: 'Messages', message: 'Message', trust: /trust/i,
  download: (name) => `Download ${name}`,
};
export const SPANISH = {
  address: 'Dirección de correo', server: 'Servidor de correo', port: 'Puerto', security: 'Seguridad', user: 'Usuario', password: 'Contraseña', open: 'Abrir buzón', close: 'Cerrar buzón',
  check: 'Comprobar correo nuevo', delete: 'Borrar en el servidor', search: 'Buscar en el correo', messages: 'Mensajes', message: 'Mensaje', trust: /confiar/i,
  download: (name) => `Descargar ${name}`,
};

/** The page, driven in a language. */
export class Restante {
  constructor(page, names = ENGLISH) {
    this.page = page;
    this.names = names;
    this.address = page.getByRole('textbox', { name: names.address, exact: true });
    this.server = page.getByRole('textbox', { name: names.server, exact: true });
    this.port = page.getByRole('textbox', { name: names.port, exact: true });
    this.security = page.getByRole('combobox', { name: names.security, exact: true });
    this.user = page.getByRole('textbox', { name: names.user, exact: true });
    this.password = page.getByLabel(names.password, { exact: true });
    this.openButton = page.getByRole('button', { name: names.open, exact: true });
    this.closeButton = page.getByRole('button', { name: names.close, exact: true });
    this.checkButton = page.getByRole('button', { name: names.check, exact: true });
    this.deleteButton = page.getByRole('button', { name: names.delete, exact: true });
    this.search = page.getByRole('searchbox', { name: names.search, exact: true });
    this.list = page.getByRole('listbox', { name: names.messages, exact: true });
    this.rows = this.list.getByRole('option');
    this.message = page.getByRole('article', { name: names.message, exact: true });
    this.status = page.getByRole('status');
    this.alert = page.getByRole('alert');
    this.trustButton = page.getByRole('button', { name: names.trust });
  }

  /** Fills the form in. Without `ahead` in an order in which nothing is prepared: the password before the server. */
  async fill({ host = '127.0.0.1', port, security = 'TLS', user, password }, { ahead = true } = {}) {
    if (!ahead) {
      await this.server.fill('');
      await this.password.fill(password);
    }
    await this.server.fill(host);
    await this.security.selectOption({ label: security });
    await this.port.fill(String(port));
    await this.user.fill(user);
    if (ahead) await this.password.fill(password);
  }

  /** Opens a mailbox; where its certificate is shown, it has to be the one of this fingerprint, and is trusted. */
  async open(account, fingerprint) {
    await this.submit(account, fingerprint);
    await this.list.waitFor();
  }

  /** The same, without waiting for the mailbox: it may not open. */
  async submit(account, fingerprint) {
    await this.fill(account);
    await this.openButton.click();
    // What was found before the click is no alert: it is still in sight for a moment, and then gone.
    await this.list.or(this.alert).first().waitFor();
    if (await this.trustButton.isVisible()) await this.trust(fingerprint);
  }

  /** Trusts the certificate that is shown, which has to be this one. */
  async trust(fingerprint) {
    await this.page.getByText(fingerprint).first().waitFor();
    await this.trustButton.click();
  }

  /** The row of a message, scrolled to where that is needed. A row that is still to come is looked for from the top again. */
  async row(subject) {
    const row = this.list.getByRole('option', { name: subject });
    const end = Date.now() + PATIENCE_MS;
    while (Date.now() < end) {
      await this.list.evaluate((list) => { list.scrollTop = 0; });
      for (let page = 0; page < 60; page += 1) {
        await this.settled();
        if (await row.count()) return row.first();
        if (!(await this.scrollBy(0.8))) break;
      }
    }
    return assert.fail(`no row ${JSON.stringify(subject)} came`);
  }

  /** Waits until the list has drawn what is in sight now, and every row of it has come: before that it has no role. */
  async settled() {
    // Looked for each time: another list is another element.
    await this.page.waitForFunction(() => {
      const list = document.querySelector('[role=listbox]#messages');
      if (!list) return false;
      const { left, top, width } = list.getBoundingClientRect();
      const row = document.elementFromPoint(left + width / 2, top + 20)?.closest('[role=option]');
      return row && list.contains(row) && list.getAttribute('aria-busy') !== 'true';
    });
  }

  /** The row in the middle of what is in sight: its subject, and where it is. */
  inSight() {
    return this.list.evaluate((list) => {
      const { left, top, width, height } = list.getBoundingClientRect();
      const row = document.elementFromPoint(left + width / 2, top + height / 2).closest('[role=option]');
      return { subject: row.querySelector('strong').textContent, top: Math.round(row.getBoundingClientRect().top) };
    });
  }

  /** Scrolls the list by a part of its height; false at its end. */
  async scrollBy(pages) {
    return this.list.evaluate(async (list, pages) => {
      const before = list.scrollTop;
      list.scrollTop = before + list.clientHeight * pages;
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)));
      return list.scrollTop !== before;
    }, pages);
  }

  /** Scrolls the list to a part of its length. */
  async scrollTo(part) {
    await this.list.evaluate((list, part) => { list.scrollTop = list.scrollHeight * part; }, part);
  }

  /** Opens the message with this subject and waits until it is shown. */
  async read(subject) {
    await (await this.row(subject)).click();
    await this.message.getByRole('heading', { name: subject }).waitFor();
    await this.message.and(this.page.locator('[aria-busy=false]')).waitFor();
  }

  /** The document of the HTML message that is shown, once the page has put it into its frame. */
  async mailFrame() {
    await this.message.locator('iframe').first().waitFor();
    for (let turn = 0; turn < 100; turn += 1) {
      const frame = this.page.frames().find((frame) => frame.parentFrame() === this.page.mainFrame());
      // The document has a viewport of the letter's once it is the letter's.
      if (frame && (await frame.locator('meta[name=viewport]').count().catch(() => 0))) return frame;
      await this.page.waitForTimeout(50);
    }
    return assert.fail('the message has no frame');
  }

  /** Saves the attachment of this name and returns its bytes. */
  async download(name) {
    const item = this.message.getByRole('listitem').filter({ hasText: name });
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      item.getByRole('button', { name: this.names.download(name), exact: true }).click(),
    ]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }

  /** Closes the mailbox and waits for the form. */
  async close() {
    await this.closeButton.click();
    await this.openButton.waitFor();
  }
}
