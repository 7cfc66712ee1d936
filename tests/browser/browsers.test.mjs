// Journeys through a mailbox in the other browsers: Firefox, and WebKitGTK in Safari's place. The other files look closer, in Chromium.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mkdir } from 'node:fs/promises';
import { Firefox } from './lib/firefox.mjs';
import { journey, keeping, keepingNothing } from './lib/journey.mjs';
import { fingerprints, part, source } from './lib/mail.mjs';
import { suite } from './lib/suite.mjs';
import { WebKit } from './lib/webkit.mjs';

const timeout = 240_000;
const our = suite({ browser: false });

const BROWSERS = {
  Firefox: [Firefox, process.platform === 'win32' && 'platform: no Firefox of a distribution'],
  WebKitGTK: [WebKit, process.platform !== 'linux' && 'platform: WebKitGTK is there on Linux only'],
};

/** Makes a journey in a browser. Nothing changes on the server by that. */
function travels(name, what, journey) {
  const [Browser, skip] = BROWSERS[name];
  test(`in ${name} ${what}`, { timeout, skip }, async () => {
    const mailbox = our.world.mailbox('sample');
    const before = await fingerprints(mailbox.maildir);
    const account = { host: '127.0.0.1', port: our.world.pops_port, user: mailbox.user, password: mailbox.password };
    const bytes = part(await source(mailbox, 'attachment-pdf'), /application\/pdf/);
    const driver = await Browser.launch();
    try {
      await journey(driver, {
        url: our.bridge.url,
        account,
        fingerprint: our.world.fingerprint,
        messages: mailbox.messages,
        attachment: { name: 'invoice-0311.pdf', bytes },
      });
    } catch (error) {
      await mkdir('output', { recursive: true });
      const path = `output/failure-${name}-${process.pid}.png`;
      await driver.picture(path).catch(() => {});
      error.message += `\n  picture: ${path}\n  complaints: ${await Promise.resolve(driver.complaints()).catch(() => [])}`;
      throw error;
    } finally {
      await driver.close();
    }
    assert.deepEqual(await fingerprints(mailbox.maildir), before, 'looking changed something on the server');
  });
}

for (const name of Object.keys(BROWSERS)) {
  travels(name, 'a mailbox opens, a newsletter is read, an attachment is saved, and nothing is left', journey);
}
travels('Firefox', 'a mailbox is kept, a message is found, and all of it is there when the page comes back', keeping);
travels('WebKitGTK', 'the page says why nothing is kept (it gets no files there), and previews', keepingNothing);
