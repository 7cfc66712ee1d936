// A person opens a mailbox of a real server in a real browser, and reads a message of each kind.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { visit } from './lib/browser.mjs';
import { fingerprints, part, source } from './lib/mail.mjs';
import { Bridge } from './lib/programs.mjs';
import { Restante } from './lib/restante.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 90_000;
const our = suite();

/** Opens the sample mailbox and hands it to `use`; nothing may complain, and nothing may change on the server. */
async function withSample(security, use) {
  const mailbox = our.world.mailbox('sample');
  const before = await fingerprints(mailbox.maildir);
  await visit(our.browser, our.bridge.url, {}, async (page) => {
    const restante = new Restante(page);
    const port = security === 'TLS' ? our.world.pops_port : our.world.pop_port;
    await restante.open({ port, security, user: mailbox.user, password: mailbox.password }, our.world.fingerprint);
    await use(restante, mailbox, page);
    await restante.close();
  });
  assert.deepEqual(await fingerprints(mailbox.maildir), before, 'looking changed something on the server');
}

for (const security of ['TLS', 'STARTTLS']) {
  test(`over ${security} a mailbox opens, newest first, and a message can be read`, { timeout }, () =>
    withSample(security, async (restante, mailbox) => {
      await restante.status.filter({ hasText: /\d+ of 88/ }).first().waitFor();
      const first = restante.rows.first();
      const label = await first.innerText();
      assert.match(label, /Ines Marlow/);
      assert.match(label, /The key is under the blue pot/);
      await restante.read('The key is under the blue pot');
      await restante.message.getByText('not the green one').waitFor();
      assert.equal(mailbox.messages, 88);
    }));
}

test('text mail shows its text, in every script and charset', { timeout: 180_000 }, () =>
  withSample('TLS', async (restante) => {
    for (const [subject, phrase] of [
      ['Your boiler service on Thursday', 'keep a jumper at hand'],
      ['来週の打ち合わせについて', 'お世話になっております'],
      ['Presupuesto y reunión de mañana', '¿Te viene bien mañana a las diez?'],
      ['🎂 Sixty! 🎈 Come on Saturday 🎶', 'Pavel’s accordion 🪗'],
      ['您订的茶叶已寄出', '您订的两盒茶叶今天已经寄出'],
      ['دعوة إلى أمسية قراءة', 'تدعوكم المكتبة العامة'],
      ['Письмо нашлось', 'пролежало за шкафом'],
      ['Lines that begin with a dot', '..and a line that began with two dots'],
      ['Broken on the way', 'café'],
    ]) {
      await restante.read(subject);
      await restante.message.getByText(phrase).first().waitFor();
    }
  }));

test('HTML mail is shown in its frame, with its own pictures and without the remote ones', { timeout }, () =>
  withSample('TLS', async (restante) => {
    await restante.read('Two evenings at the pier');
    let frame = await restante.mailFrame();
    const pictures = frame.locator('img');
    await pictures.first().waitFor();
    assert.equal(await pictures.count(), 2);
    for (const picture of await pictures.all()) assert.match(await picture.getAttribute('src'), /^data:image\/jpeg;base64,/);
    assert.equal(await pictures.first().evaluate((image) => image.naturalWidth), 480);

    await restante.read('Five harbours worth the detour');
    frame = await restante.mailFrame();
    await frame.getByRole('heading', { name: 'Five harbours worth the detour' }).waitFor();
    assert.equal(await frame.locator('td.name').first().evaluate((cell) => getComputedStyle(cell).color), 'rgb(176, 58, 46)');
    await restante.message.getByText(/remote picture/i).first().waitFor();

    await restante.read('موعد العشاء يوم الجمعة');
    frame = await restante.mailFrame();
    await frame.getByText('نلتقي يوم').first().waitFor();
  }));

test('a row shows the words of an HTML letter, with its entities as letters', { timeout }, () =>
  withSample('TLS', async (restante) => {
    const receipt = await restante.row('Order 20-4471: thank you');
    assert.match(await receipt.innerText(), /Lamp & Ladder Order/);
    const energy = await restante.row('You used 12 % less than last November');
    assert.match(await energy.innerText(), /−12\s%/);
  }));

test('attachments are saved byte for byte, under their own names', { timeout }, () =>
  withSample('TLS', async (restante, mailbox) => {
    for (const [subject, slug, name, header] of [
      ['Invoice for the windows', 'attachment-pdf', 'invoice-0311.pdf', /application\/pdf/],
      ['Floor plans, small copies', 'attachment-zip', 'floor-plans.zip', /application\/zip/],
      ['The light just now', 'attachment-photo', 'IMG_2047.jpg', /image\/jpeg/],
      ['議事録をお送りします', 'attachment-japanese-name', '議事録 十一月.pdf', /application\/pdf/],
      ['The recording (careful, 20 MB)', 'recording-20-mb', 'tuning.wav', /audio\/wav/],
    ]) {
      await restante.read(subject);
      const saved = await restante.download(name);
      assert.equal(saved.name, name);
      const held = part(await source(mailbox, slug), header);
      assert.ok(saved.bytes.equals(held), `${name}: ${saved.bytes.length} bytes saved, ${held.length} held`);
    }
  }));

test('a forwarded message opens inside the message, with its own attachment', { timeout }, () =>
  withSample('TLS', async (restante, mailbox) => {
    await restante.read('Fwd: Berth 12: new terms');
    const inner = restante.message.getByRole('listitem').filter({ hasText: 'Berth 12' });
    await inner.getByRole('button', { name: /^Open / }).click();
    await restante.message.getByRole('heading', { name: 'Berth 12: new terms', exact: true }).waitFor();
    const saved = await restante.download('terms-berth-12.pdf');
    assert.ok(saved.bytes.equals(part(await source(mailbox, 'forwarded'), /application\/pdf/)));
  }));

test('the source is the message as the server holds it', { timeout }, () =>
  withSample('TLS', async (restante, mailbox, page) => {
    await restante.read('Lines that begin with a dot');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      restante.message.getByRole('button', { name: 'Save .eml' }).click(),
    ]);
    assert.ok((await readFile(await download.path())).equals(await source(mailbox, 'dots')));
    assert.match(download.suggestedFilename(), /\.eml$/);
    await restante.message.getByRole('button', { name: 'Source' }).click();
    await restante.message.getByText('Message-ID: <dots@mail.postbox.example>').waitFor();
  }));

test('the demonstration opens with its account filled in, and one click reads it', { timeout }, async () => {
  const demo = await Bridge.demo();
  try {
    await visit(our.browser, demo.url, {}, async (page) => {
      const restante = new Restante(page);
      await page.getByText('is filled in: one click opens it').waitFor();
      await restante.openButton.click();
      await restante.list.waitFor();
      await restante.read('The key is under the blue pot');
      await restante.message.getByText('not the green one').waitFor();
    });
  } finally {
    await demo.end();
  }
});
