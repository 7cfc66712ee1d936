// Every state the page can be in, each reached as a person reaches it: for the accessibility check and for pictures.

import { LETTERS } from './letters.mjs';
import { deliver, withdraw } from './mail.mjs';
import { Restante, SPANISH } from './restante.mjs';

/** Name to how it is reached. Each gets a `Restante` on a fresh page and the `World`. */
export const STATES = {
  form: async (restante) => restante.openButton.waitFor(),

  'form-incomplete': async (restante) => {
    await restante.openButton.click();
    await restante.page.getByText('Type the name of your mail server').waitFor();
  },

  'form-clear-text': async (restante) => {
    await restante.security.selectOption({ label: 'none' });
    await restante.page.getByRole('checkbox', { name: /in clear text/ }).waitFor();
  },

  'form-found': async (restante) => {
    await restante.address.fill('ana@gmail.com');
    await restante.page.getByText('Your usual password is refused here').waitFor();
  },

  'form-no-pop3': async (restante) => {
    await restante.address.fill('ana@icloud.com');
    await restante.page.getByRole('link', { name: /Help from iCloud/ }).waitFor();
  },

  'form-bridges': async (restante) => {
    await offer(restante.page, { bridges: ['self', 'wss://b1.example.org/tunnel'], any_bridge: true });
    await restante.page.getByText('Bridge: this page').click();
    await restante.page.getByRole('combobox', { name: 'Bridge' }).selectOption({ label: 'another, by its address' });
    await restante.page.getByRole('textbox', { name: 'Address of the bridge' }).fill('wss://bridge.example.net');
  },

  'form-bridge-faulty': async (restante, world) => {
    await offer(restante.page, { any_bridge: true });
    await restante.page.getByText('Bridge: this page').click();
    await restante.page.getByRole('combobox', { name: 'Bridge' }).selectOption({ label: 'another, by its address' });
    await restante.page.getByRole('textbox', { name: 'Address of the bridge' }).fill('https://bridge.example.net');
    await restante.fill(account(world, 'sample'));
    await restante.openButton.click();
    await restante.page.getByText('begins with wss://').waitFor();
  },

  about: async (restante) => {
    await restante.page.getByRole('button', { name: 'About this page' }).click();
    await restante.page.getByText('files are as listed').waitFor();
    await restante.page.getByText('The files', { exact: true }).click();
  },

  'come-back-later': async (restante, world) => {
    await restante.submit({ ...account(world, 'sample'), port: world.fault('LoginDelay').tls_port }, world.fault_fingerprint);
    await restante.page.getByRole('timer').waitFor();
  },

  opening: async (restante, world) => {
    await restante.submit({ ...account(world, 'sample'), port: world.fault('Silent').tls_port }, world.fault_fingerprint);
    await restante.page.getByRole('button', { name: 'Cancel' }).waitFor();
    await restante.status.filter({ hasText: 'greeting' }).waitFor();
  },

  certificate: async (restante, world) => {
    await restante.fill(account(world, 'sample'));
    await restante.openButton.click();
    await restante.trustButton.waitFor();
  },

  'certificate-early': async (restante, world) => {
    await restante.fill({ ...account(world, 'sample'), password: 'half of i' });
    await restante.trustButton.waitFor();
  },

  diagnosis: async (restante, world) => {
    await STATES['wrong-password'](restante, world);
    await restante.page.getByRole('alert').getByRole('button', { name: 'Diagnosis' }).click();
    await restante.page.getByRole('region', { name: 'Dialogue' }).first().waitFor();
  },

  'wrong-password': async (restante, world) => {
    await restante.submit({ ...account(world, 'sample'), password: 'wrong' }, world.fingerprint);
    await restante.page.getByText('refused user name or password').first().waitFor();
  },

  connection: async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await restante.page.getByRole('button', { name: /^Path/ }).filter({ visible: true }).first().click();
    await restante.page.getByRole('dialog').waitFor();
  },

  list: (restante, world) => mailbox(restante, world, 'sample'),

  empty: async (restante, world) => {
    await mailbox(restante, world, 'empty');
    await restante.page.getByText(/no messages|empty/i).first().waitFor();
  },

  text: async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await restante.read('Scans from the archive');
    await restante.message.getByText('Robin does not object').or(restante.message.getByText('forty words')).first().waitFor();
  },

  newsletter: async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await restante.read('Five harbours worth the detour');
    await (await restante.mailFrame()).getByText('Skerry Point').first().waitFor();
  },

  arabic: async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await restante.read('موعد العشاء يوم الجمعة');
    await (await restante.mailFrame()).getByText('نلتقي').first().waitFor();
  },

  attachments: async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await restante.read('Fwd: Berth 12: new terms');
    await restante.message.getByText('before I sign it').waitFor();
  },

  broken: async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await restante.read('Broken on the way');
    await restante.message.getByText('café').first().waitFor();
  },

  source: async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await restante.read('The key is under the blue pot');
    await restante.message.getByRole('button', { name: 'Source' }).click();
    await restante.message.getByText('Message-ID:').first().waitFor();
  },

  searched: async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await restante.search.fill('the');
    await restante.page.getByText(/\d found/).waitFor();
    await restante.rows.first().click();
    await restante.message.waitFor();
  },

  'searched-nothing': async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await restante.search.fill('zeppelin');
    await restante.page.getByText(/has these words/).waitFor();
  },

  'search-refused': async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await restante.search.fill('after:soon');
    await restante.page.getByRole('alert').filter({ hasText: '2026-11-28' }).waitFor();
  },

  'new-mail': async (restante, world) => {
    await withDelivered(world, ['The tide tables', 'Paint for the boat'], async () => {
      await mailbox(restante, world, 'sample');
      const name = await deliver(world.mailbox('sample').maildir, 'A late one');
      await restante.checkButton.click();
      await restante.status.filter({ hasText: 'new message' }).waitFor();
      return [name];
    });
  },

  'delete-question': async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await choose(restante, [1, 2, 4]);
    await restante.deleteButton.click();
    await restante.page.getByRole('dialog').waitFor();
  },

  marked: async (restante, world) => {
    await mailbox(restante, world, 'sample');
    await choose(restante, [1, 2, 4]);
    await restante.deleteButton.click();
    await restante.page.getByRole('button', { name: 'Delete 3 messages' }).click();
    await restante.page.getByText('to be deleted', { exact: true }).first().waitFor();
  },

  deleted: async (restante, world) => {
    await withDelivered(world, ['An old offer'], async () => {
      await mailbox(restante, world, 'sample');
      await restante.row('An old offer');
      await choose(restante, [0]);
      await restante.deleteButton.click();
      await restante.page.getByRole('button', { name: 'Delete 1 message' }).click();
      await restante.page.getByText('to be deleted', { exact: true }).first().waitFor();
      await restante.close();
      await restante.page.getByText('1 message was deleted on the server.').waitFor();
      return [];
    });
  },

  'letter-list': async (restante, world) => {
    await withLetters(world, Object.keys(LETTERS), async () => {
      await mailbox(restante, world, 'sample');
      await restante.row('Wrapped, quoted, drawn');
    });
  },

  'letter-text': (restante, world) => letter(restante, world, 'Wrapped, quoted, drawn'),

  'letter-unfolded': async (restante, world) => {
    await letter(restante, world, 'Wrapped, quoted, drawn');
    for (const level of [0, 1]) await restante.message.getByText('quoted lines').nth(level).click();
  },

  'letter-deceives': (restante, world) => letter(restante, world, 'Confirm your account'),

  'letter-event': (restante, world) => letter(restante, world, 'Invitation: choir rehearsal'),

  'letter-pictures': async (restante, world) => {
    await letter(restante, world, 'Nothing but pictures');
    await restante.message.locator('.picture img').nth(1).waitFor();
    await restante.message.locator('.thumb img').nth(1).waitFor();
  },

  'spanish-form': async (restante) => {
    await (await inSpanish(restante)).openButton.waitFor();
  },

  'spanish-error': async (restante, world) => {
    const spanish = await inSpanish(restante);
    await spanish.submit({ ...account(world, 'sample'), password: 'wrong' }, world.fingerprint);
    await spanish.alert.filter({ hasText: 'ha rechazado el usuario o la contraseña' }).waitFor();
  },

  'spanish-letter': async (restante, world) => {
    const spanish = await inSpanish(restante);
    await mailbox(spanish, world, 'sample');
    await spanish.read('Five harbours worth the detour');
    await (await spanish.mailFrame()).getByText('Skerry Point').first().waitFor();
  },

  'right-to-left': async (restante, world) => {
    await restante.page.evaluate(() => { document.documentElement.dir = 'rtl'; });
    await STATES.arabic(restante, world);
  },

  lost: async (restante, world) => {
    await mailbox(restante, world, 'sample', { port: world.lossy_port });
    await restante.read('The key is under the blue pot');
    await world.cut();
    await restante.page.getByText('connection lost, trying again').first().waitFor();
  },
};

/** Delivers messages to the sample, and takes out what is left of them, and of what `use` has delivered, afterwards. */
async function withDelivered(world, subjects, use) {
  const { maildir } = world.mailbox('sample');
  const names = [];
  try {
    for (const subject of subjects) names.push(await deliver(maildir, subject, LETTERS[subject]));
    names.push(...await use());
  } finally {
    await withdraw(maildir, names);
  }
}

const withLetters = (world, subjects, use) => withDelivered(world, subjects, async () => { await use(); return []; });

/** Opens one of the letters. */
const letter = (restante, world, subject) => withLetters(world, [subject], async () => {
  await mailbox(restante, world, 'sample');
  await restante.read(subject);
});

/** Chooses the rows at these places, counted from the top. */
async function choose(restante, places) {
  await restante.settled();
  for (const place of places) await restante.rows.nth(place).locator('.avatar').click();
}

/** Has the page's host offer a choice of bridges. */
async function offer(page, site) {
  await page.route('**/restante.json', (route) => route.fulfill({ json: site }));
  await page.reload();
}

/** The same page in Spanish, chosen at the form. */
async function inSpanish({ page }) {
  await page.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'Español' });
  return new Restante(page, SPANISH);
}

function account(world, name) {
  const { user, password } = world.mailbox(name);
  return { port: world.pops_port, user, password };
}

async function mailbox(restante, world, name, more = {}) {
  await restante.open({ ...account(world, name), ...more }, world.fingerprint);
  if (name !== 'empty') await restante.rows.filter({ hasText: 'Ines Marlow' }).first().waitFor();
}
