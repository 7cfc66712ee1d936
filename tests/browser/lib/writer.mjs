// The page with the composer, as a person meets it.
import { visit } from './browser.mjs';
import { Kept } from './kept.mjs';
import { Bridge } from './programs.mjs';

/** The address of the demonstration's mailbox. */
export const OWN = 'robin@postbox.example';
/** Messages of the demonstration's maildrop. */
const SAMPLE = 88;

/** The page with the composer, driven. */
export class Writer extends Kept {
  constructor(page) {
    super(page);
    this.composer = page.getByRole('dialog', { name: 'New message', exact: true });
    this.to = this.field('To');
    this.subject = this.field('Subject');
    this.text = this.field('Text');
  }

  field(name) {
    return this.composer.getByRole('textbox', { name, exact: true });
  }

  does(name) {
    return this.composer.getByRole('button', { name, exact: true });
  }

  async write(subject, { to = OWN, text = 'Meet me at the harbour.' } = {}) {
    await this.button('Write').click();
    await this.to.fill(to);
    await this.subject.fill(subject);
    await this.text.fill(text);
  }

  /** Sends what is written, without the time to take it back. */
  async send() {
    await this.does('Send').click();
    await this.composer.waitFor({ state: 'detached' });
    await this.told('The message is sent in 10 seconds.');
    await this.folder('Outbox').click();
    await this.button('Send now').click();
  }

  async told(words) {
    await this.status.filter({ hasText: words }).waitFor();
  }
}

/** Opens the mailbox of a demonstration of its own, and has `use` of it. `options` are those of `visit`. */
export async function demonstrated(browser, use, { keeps, ...options }) {
  const demo = await Bridge.demo();
  try {
    await visit(browser, demo.url, options, async (page, seen) => {
      const writer = new Writer(page);
      await page.getByText('is filled in: one click opens it').waitFor();
      if (keeps) await writer.keepBox.check();
      await writer.openButton.click();
      await (keeps ? writer.has(SAMPLE) : writer.rows.first().waitFor());
      await use(writer, page, { demo, seen });
    });
  } finally {
    await demo.end();
  }
}
