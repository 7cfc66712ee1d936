// The frame that shows HTML mail: it keeps the mail's styles, and runs no script, and lets no request out. All three are
// held against the same hostile message, which a control shows to be hostile indeed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit, VIEWS } from './lib/browser.mjs';
import { deliver, withdraw } from './lib/mail.mjs';
import { Restante } from './lib/restante.mjs';
import { inPreview, suite } from './lib/suite.mjs';

const timeout = 90_000;
const our = suite();

/** Opens the mailbox with the hostile mail. `clean: false` where the test itself lets something out. */
const withHostile = (use, options) => inPreview(our, 'hostile', use, options);

/** Gives whatever would leave the time to do so. */
const settle = (page) => page.waitForTimeout(1_500);

test('a hostile message keeps its styles, runs nothing and fetches nothing', { timeout }, () => withHostile(async (restante, page, seen) => {
  const canaryBefore = (await our.world.canarySeen()).length;
  await restante.read('Hostile from head to foot');
  const frame = await restante.mailFrame();
  const styled = frame.getByText('It keeps its styles');
  await styled.waitFor();
  const style = await styled.evaluate((node) => {
    const { color, fontSize } = getComputedStyle(node);
    return { color, fontSize };
  });
  assert.deepEqual(style, { color: 'rgb(0, 128, 0)', fontSize: '31px' }, 'its <style> applies');
  const cell = frame.getByText('A table', { exact: true });
  assert.equal(await cell.evaluate((node) => getComputedStyle(node).paddingLeft), '12px', 'its style attributes apply');
  await frame.getByText('The end of it.').waitFor();

  await settle(page);
  assert.deepEqual(seen.messages.filter((text) => text.includes('hacked')), [], 'a script ran');
  assert.equal(await page.evaluate(() => window.hacked), undefined, 'a script reached the page');
  assert.deepEqual(seen.foreign, [], 'a request left the browser');
  assert.deepEqual((await our.world.canarySeen()).slice(canaryBefore), [], 'a request reached the canary');
  assert.equal(await frame.locator('script, iframe, object, embed, form, base, meta[http-equiv=refresh]').count(), 0);
  assert.equal(new URL(page.url()).origin, new URL(our.bridge.url).origin, 'the page has been led away');

  // Clicking does nothing in the page either: links lead out of it, or nowhere.
  for (const link of await frame.locator('a').all()) {
    const href = await link.getAttribute('href');
    assert.ok(href === null || /^(https?|mailto):/i.test(href), `a link leads to ${href}`);
  }
}));

test('the same HTML opened without care does run and does fetch: the watch works', { timeout }, async () => {
  const already = (await our.world.canarySeen()).length;
  await visit(our.browser, `http://127.0.0.1:${our.world.canary_port}/careless`, { clean: false }, async (page, seen) => {
    // It leads away by itself, in no time; what it did before that counts.
    const deadline = Date.now() + 10_000;
    let paths = [];
    while (paths.length < 10 && Date.now() < deadline) {
      await page.waitForTimeout(100);
      paths = (await our.world.canarySeen()).slice(already);
    }
    assert.ok(paths.length >= 10, paths.join(' '));
    assert.ok(['/script', '/link.css', '/img.png', '/onerror', '/iframe'].every((path) => paths.includes(path)), paths.join(' '));
    assert.ok(seen.messages.includes('hacked'), 'its scripts ran');
  });
});

test('a newsletter looks right, and its remote pictures come only when they are asked for', { timeout }, () => withHostile(async (restante, page, seen) => {
  const canaryBefore = (await our.world.canarySeen()).length;
  await restante.read('Five harbours worth the detour');
  let frame = await restante.mailFrame();
  await frame.getByText('Skerry Point').first().waitFor();
  assert.equal(await frame.locator('td.name').first().evaluate((node) => getComputedStyle(node).fontWeight), '700');
  await settle(page);
  assert.deepEqual(seen.foreign, []);
  assert.equal((await our.world.canarySeen()).length, canaryBefore);

  await restante.message.getByRole('button', { name: 'Show once' }).click();
  const deadline = Date.now() + 15_000;
  while ((await our.world.canarySeen()).length === canaryBefore && Date.now() < deadline) await page.waitForTimeout(100);
  const asked = (await our.world.canarySeen()).slice(canaryBefore);
  assert.ok(asked.some((path) => path.startsWith('/masthead.png')), asked.join(' '));
  assert.ok(asked.every((path) => /\.(png|jpg|gif)/.test(path)), `more than pictures: ${asked.join(' ')}`);
  frame = await restante.mailFrame();
  await frame.getByText('Skerry Point').first().waitFor();
  assert.deepEqual(seen.messages.filter((text) => text.includes('ran')), []);

  // The consent was for this message: the next one asks again.
  const consented = (await our.world.canarySeen()).length;
  await restante.read('A short history of fog');
  await (await restante.mailFrame()).getByText('It comes in, it stays').first().waitFor();
  await settle(page);
  assert.equal((await our.world.canarySeen()).length, consented);
  assert.deepEqual(seen.complaints, []);
}, { clean: false }));

test('a picture that is not shown has a quiet frame with its words, and no mark of a broken picture', { timeout }, () => withHostile(async (restante) => {
  await restante.read('Five harbours worth the detour');
  const frame = await restante.mailFrame();
  const picture = frame.getByRole('img', { name: 'Saltby' });
  await picture.waitFor();
  assert.equal(await frame.locator('img:not([src])').count(), 0);
  const box = await picture.boundingBox();
  assert.deepEqual([Math.round(box.width), Math.round(box.height)], [64, 40], 'the frame keeps the place of the picture');
}));

test('on a telephone a newsletter of a fixed width fits, and its text keeps its size', { timeout }, () =>
  withHostile(async (restante, page) => {
    await restante.read('Five harbours worth the detour');
    const frame = await restante.mailFrame();
    await frame.getByText('Skerry Point').first().waitFor();
    const { content, window, size } = await frame.evaluate(() => ({
      content: document.documentElement.scrollWidth,
      window: innerWidth,
      size: parseFloat(getComputedStyle(document.querySelector('p')).fontSize),
    }));
    assert.ok(content <= window, `${content} pixels wide in a window of ${window}`);
    assert.ok(size >= 14, `text of ${size} pixels`);
  }, { context: VIEWS.phone }));

test('a phishing letter cannot redirect, submit or run', { timeout }, () => withHostile(async (restante, page, seen) => {
  const canaryBefore = (await our.world.canarySeen()).length;
  await restante.read('⚠ Your account will be closed in 24 hours');
  const frame = await restante.mailFrame();
  await frame.getByText('Dear Customer').waitFor();
  assert.equal(await frame.locator('.alarm').evaluate((node) => getComputedStyle(node).color), 'rgb(176, 0, 32)');
  await settle(page);
  assert.equal((await our.world.canarySeen()).length, canaryBefore);
  assert.deepEqual(seen.messages.filter((text) => /ran/.test(text)), []);
  assert.equal(await frame.locator('form, input, button').count(), 0);
  assert.notEqual(await page.title(), 'owned');
}));

/** Opens a hostile message's HTML as it came, in a frame of the page's that has only these of its layers. */
async function withoutSanitiser({ policy, sandbox }) {
  const hostile = await (await fetch(`http://127.0.0.1:${our.world.canary_port}/careless`)).text();
  await visit(our.browser, our.bridge.url, { clean: false }, async (page, seen) => {
    await page.route('**/message-frame.html', async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers() };
      if (!sandbox) headers['content-security-policy'] = "frame-ancestors 'self'";
      const body = await response.text();
      assert.match(body, /http-equiv="Content-Security-Policy"/);
      await route.fulfill({ response, headers, body: policy ? body : body.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '') });
    });
    const canaryBefore = (await our.world.canarySeen()).length;
    await page.evaluate(async (hostile) => {
      const frame = document.createElement('iframe');
      frame.src = 'message-frame.html';
      const loaded = new Promise((done) => { frame.addEventListener('load', done, { once: true }); });
      document.body.prepend(frame);
      await loaded;
      frame.contentDocument.documentElement.innerHTML = `${hostile}<img src="x:" onerror="parent.hacked = 'handler'">
        <a id="here" href="javascript:parent.hacked='link'">x</a><a id="there" target="_blank" href="javascript:opener.parent.hacked='window'">x</a>`;
    }, hostile.replace(/<\/?(html|body)[^>]*>/g, ''));
    const frame = page.frames().find((frame) => frame.parentFrame() === page.mainFrame());
    for (const id of ['here', 'there']) await frame.locator(`#${id}`).evaluate((link) => link.click(), null, { timeout: 2_000 }).catch(() => {});
    await settle(page);
    const hacked = (await page.evaluate(() => window.hacked)) ?? seen.messages.find((text) => text.includes('hacked'));
    if (!policy && !sandbox) return assert.ok(hacked, 'nothing happened, though nothing was in its way');
    assert.equal(hacked, undefined, 'a script ran');
    if (policy) assert.deepEqual((await our.world.canarySeen()).slice(canaryBefore), [], 'a request left');
    return assert.equal(new URL(page.url()).origin, new URL(our.bridge.url).origin, 'the page has been led away');
  });
}

test('HTML that nobody sanitised runs nothing and fetches nothing in the message frame, by its policy alone', { timeout }, () =>
  withoutSanitiser({ policy: true, sandbox: false }));

test('HTML that nobody sanitised runs nothing in the message frame, by its sandbox alone', { timeout }, () =>
  withoutSanitiser({ policy: false, sandbox: true }));

test('without policy and sandbox the same HTML does run: this watch works, too', { timeout }, () =>
  withoutSanitiser({ policy: false, sandbox: false }));

test('pictures that are always shown for a sender can be taken back', { timeout }, () => withHostile(async (restante, page) => {
  const seenNow = async () => (await our.world.canarySeen()).length;
  await restante.read('Five harbours worth the detour');
  const before = await seenNow();
  await restante.message.getByRole('button', { name: 'Always for this sender' }).click();
  await restante.message.getByText('Remote pictures of this sender are shown').waitFor();
  const deadline = Date.now() + 15_000;
  while ((await seenNow()) === before && Date.now() < deadline) await page.waitForTimeout(100);
  assert.ok((await seenNow()) > before, 'no picture came');
  await restante.message.getByRole('button', { name: 'No longer for this sender' }).click();
  await restante.message.getByText(/remote pictures? (is|are) blocked/).waitFor();
  const frame = await restante.mailFrame();
  await frame.getByRole('img', { name: 'Saltby' }).waitFor();
  assert.equal(await frame.locator('img[src^=http]').count(), 0);
  // The same for the next time that it is opened.
  const taken = await seenNow();
  await restante.read('A short history of fog');
  await restante.read('Five harbours worth the detour');
  await restante.message.getByText(/remote pictures? (is|are) blocked/).waitFor();
  await settle(page);
  assert.equal(await seenNow(), taken);
}, { clean: false }));

test('a remote picture that does not come has its words in its place, and no mark of a broken picture', { timeout }, async () => {
  const { user, password, maildir } = our.world.mailbox('empty');
  const picture = '<p>Above</p><img src="http://127.0.0.1:9/gone.png" alt="The harbour at night" width="240" height="90"><img src="http://127.0.0.1:9/count.gif" width="1" height="1"><p>Below</p>';
  const name = await deliver(maildir, 'A picture that is gone', { headers: ['Content-Type: text/html'], text: picture });
  try {
    await visit(our.browser, our.bridge.url, { clean: false }, async (page) => {
      const restante = new Restante(page);
      await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
      await restante.read('A picture that is gone');
      await restante.message.getByRole('button', { name: 'Show once' }).click();
      const frame = await restante.mailFrame();
      const words = frame.getByRole('img', { name: 'The harbour at night' });
      await words.and(frame.locator('span')).waitFor();
      await page.waitForFunction(() => document.querySelector('article iframe').contentDocument.images.length === 0);
      const { width, height } = await words.boundingBox();
      assert.deepEqual([Math.round(width), Math.round(height)], [240, 90]);
    });
  } finally {
    await withdraw(maildir, [name]);
  }
});
