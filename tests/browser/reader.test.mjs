// The reader: one column in one scroller under a toolbar that never moves, and a keyboard that never gets lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visit, VIEWS } from './lib/browser.mjs';
import { deliver, withdraw } from './lib/mail.mjs';
import { Restante } from './lib/restante.mjs';
import { inPreview, suite } from './lib/suite.mjs';

const timeout = 120_000;
const our = suite();

const NEWSLETTER = 'Five harbours worth the detour';
const NOTE = 'The key is under the blue pot';

/** Opens a mailbox, with these HTML letters delivered to it meanwhile. */
async function withMailbox(name, use, { letters = {}, context } = {}) {
  const { maildir } = our.world.mailbox(name);
  const names = [];
  try {
    for (const [subject, text] of Object.entries(letters)) {
      names.push(await deliver(maildir, subject, { headers: ['MIME-Version: 1.0', 'Content-Type: text/html; charset=utf-8'], text }));
    }
    await inPreview(our, name, use, { context });
  } finally {
    await withdraw(maildir, names);
  }
}

/** Back to the list, where that is another screen. */
async function back(restante) {
  const button = restante.message.getByRole('button', { name: 'List', exact: true });
  if (await button.isVisible()) await button.click();
}

const next = (restante) => restante.message.getByRole('button', { name: 'Next', exact: true });
const active = (page) => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.id ?? document.activeElement.tagName);

test('the tools of the reader stay where they are, whatever is read and however wide the window is', { timeout }, () =>
  withMailbox('sample', async (restante, page) => {
    for (const width of [1360, 1024, 820, 641, 390, 320]) {
      await page.setViewportSize({ width, height: 700 });
      const places = new Set();
      for (const subject of [NEWSLETTER, NOTE, 'Fwd: Berth 12: new terms']) {
        await back(restante);
        await restante.read(subject);
        const { x, y, width: wide } = await next(restante).boundingBox();
        places.add(`${x} ${y}`);
        assert.ok(x + wide <= width, `${width}: Next ends at ${x + wide}`);
        const boxes = await Promise.all((await restante.message.locator('.tools button:visible').all()).map((button) => button.boundingBox()));
        const lines = new Set(boxes.map((box) => Math.round(box.y + box.height / 2)));
        assert.equal(lines.size, 1, `${width}: the tools stand in ${lines.size} rows`);
        for (const [at, box] of boxes.entries()) {
          assert.ok(at === 0 || box.x >= boxes[at - 1].x + boxes[at - 1].width - 2, `${width}: a tool covers another`);
        }
      }
      assert.equal(places.size, 1, `${width}: Next was at ${[...places].join(', ')}`);
    }
  }));

test('Next reads one letter after the other from under a pointer that does not move', { timeout }, () =>
  withMailbox('sample', async (restante, page) => {
    await restante.read(NOTE);
    const { x, y, width, height } = await next(restante).boundingBox();
    const subjects = new Set();
    for (let click = 0; click < 8; click += 1) {
      await page.mouse.click(x + width / 2, y + height / 2);
      await restante.list.locator(`[aria-selected=true][aria-posinset="${click + 2}"]`).waitFor();
      await restante.message.and(page.locator('[aria-busy=false]')).waitFor();
      subjects.add(await restante.message.getByRole('heading').first().innerText());
    }
    assert.equal(subjects.size, 8, [...subjects].join(' | '));
  }));

test('a letter is one column in one scroller, and nothing that tells who and what shrinks', { timeout }, () =>
  withMailbox('sample', async (restante, page) => {
    // The second is what is left of the first at 200 %.
    for (const viewport of [{ width: 1366, height: 600 }, { width: 683, height: 300 }, { width: 390, height: 844 }]) {
      await page.setViewportSize(viewport);
      await back(restante);
      await restante.read(NEWSLETTER);
      const frame = await restante.mailFrame();
      await frame.getByText('Skerry Point').first().waitFor();
      const heights = await frame.evaluate(() => [document.documentElement.scrollHeight, innerHeight]);
      assert.equal(heights[0], heights[1], `the letter is ${heights[0]} pixels high in a frame of ${heights[1]}`);
      const { box, pane, inner, subject, cut } = await restante.message.evaluate((message) => {
        const of = (element) => { const { top, bottom, width, height } = element.getBoundingClientRect(); return { top, bottom, width, height }; };
        const pane = message.querySelector('.scroll');
        const scrollers = [...pane.querySelectorAll('*')].filter((element) => element.scrollHeight > element.clientHeight + 1
          && ['auto', 'scroll'].includes(getComputedStyle(element).overflowY));
        const heading = message.querySelector('h2');
        return {
          box: of(message.querySelector('iframe')), pane: { scrolls: pane.scrollHeight > pane.clientHeight, width: pane.clientWidth },
          inner: scrollers.length, subject: of(heading), cut: heading.scrollHeight - heading.clientHeight,
        };
      });
      assert.equal(inner, 0, 'something scrolls within the reader');
      assert.ok(pane.scrolls, 'the letter is longer than the window');
      assert.ok(box.width <= 752 && box.width <= pane.width, `the letter is ${box.width} pixels wide`);
      assert.ok(subject.height >= 24 && cut <= 1, `the subject has ${subject.height} pixels, and ${cut} are cut off`);
      // A wheel over the letter scrolls the page that it is part of.
      const { x, y, width, height } = await restante.message.locator('.scroll').boundingBox();
      await page.mouse.move(x + width / 2, y + height - 10);
      await page.waitForFunction(([x, y]) => {
        document.querySelector('.scroll').scrollTop = document.querySelector('article iframe').offsetTop - 100;
        return document.elementFromPoint(x, y).tagName === 'IFRAME';
      }, [x + width / 2, y + height - 10]);
      const before = await restante.message.locator('.scroll').evaluate((scroll) => scroll.scrollTop);
      await page.mouse.wheel(0, 100);
      await page.waitForFunction((before) => document.querySelector('.scroll').scrollTop > before + 50, before);
    }
  }));

test('a frame is as high as its letter, whatever the letter says of heights, and follows it', { timeout }, () => {
  const letters = {
    'As high as its window': '<html style="height:100%"><body style="height:100%;overflow:auto;min-height:100vh;margin:0"><div style="padding:40px 0">Top</div><p style="margin-bottom:900px">Middle</p><p>Bottom</p></body></html>',
    'Folded up': '<details><summary>Open me</summary><div style="height:700px">Inside</div></details><p>Below</p>',
    'A word': '<p>Yes.</p>',
  };
  return withMailbox('empty', async (restante, page) => {
    const height = async () => (await restante.message.locator('iframe').boundingBox()).height;
    await restante.read('As high as its window');
    let frame = await restante.mailFrame();
    await frame.getByText('Bottom').waitFor();
    const first = await height();
    assert.ok(first > 1000 && first < 1300, `${first} pixels`);
    await page.setViewportSize({ width: 1360, height: 500 });
    await page.waitForTimeout(300);
    assert.equal(await height(), first, 'it does not grow by itself');

    await restante.read('A word');
    await (await restante.mailFrame()).getByText('Yes.').waitFor();
    assert.ok(await height() < 100, `${await height()} pixels for a word`);

    await restante.read('Folded up');
    frame = await restante.mailFrame();
    await frame.getByText('Below').waitFor();
    const folded = await height();
    await frame.getByText('Open me').click();
    await page.waitForFunction((folded) => document.querySelector('article iframe').offsetHeight > folded + 600, folded);
  }, { letters });
});

test('on paper a letter has the width of the paper and is whole', { timeout }, () =>
  withMailbox('sample', async (restante, page) => {
    await restante.read(NEWSLETTER);
    const frame = await restante.mailFrame();
    await frame.getByText('Skerry Point').first().waitFor();
    const shown = () => page.evaluate(() => {
      const frame = document.querySelector('article iframe');
      return { width: frame.offsetWidth, height: frame.offsetHeight, content: frame.contentDocument.documentElement.scrollHeight };
    });
    const before = await shown();
    await page.evaluate(() => {
      addEventListener('beforeprint', () => {
        const frame = document.querySelector('article iframe');
        window.printed = { width: frame.offsetWidth, height: frame.offsetHeight, content: frame.contentDocument.documentElement.scrollHeight };
      });
    });
    await page.pdf();
    const printed = await page.evaluate(() => window.printed);
    assert.equal(printed.width, 680);
    assert.equal(printed.height, printed.content);
    assert.deepEqual(await shown(), before, 'afterwards it is as it was');
  }));

test('keys that work in the page work in the letter, too', { timeout }, () =>
  withMailbox('sample', async (restante, page) => {
    await restante.read(NEWSLETTER);
    const frame = await restante.mailFrame();
    await frame.getByText('Skerry Point').first().click();
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'IFRAME');
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await frame.getByText('Skerry Point').first().click();
    await page.keyboard.press('Escape');
    await restante.message.waitFor({ state: 'detached' });
    assert.equal(await active(page), 'Messages', 'the keyboard is in the list again');
  }));

test('Next by the keyboard keeps the keyboard, to the end of the list', { timeout }, () =>
  withMailbox('hostile', async (restante, page) => {
    await restante.rows.first().click();
    await restante.message.waitFor();
    await next(restante).focus();
    const rows = Number(await restante.rows.first().getAttribute('aria-setsize'));
    for (let at = 2; at <= rows; at += 1) {
      await page.keyboard.press('Enter');
      await restante.list.locator(`[aria-selected=true][aria-posinset="${at}"]`).waitFor();
      assert.equal(await active(page), 'Next');
    }
    assert.equal(await next(restante).getAttribute('aria-disabled'), 'true');
    await page.keyboard.press('Enter');
    assert.equal(await active(page), 'Next');
  }));

test('the keyboard has one frame, not one within another', { timeout }, () =>
  withMailbox('sample', async (restante, page) => {
    await restante.settled();
    await restante.list.focus();
    await page.keyboard.press('ArrowDown');
    const frames = () => page.evaluate(() => [...document.querySelectorAll('.list, .list *, .pane, .pane *')]
      .filter((element) => element.offsetParent && getComputedStyle(element).outlineStyle !== 'none').map((element) => element.className));
    await page.waitForFunction(() => document.querySelector('.row.active')?.id === 'row-1');
    assert.deepEqual((await frames()).map((name) => name.split(' ')[0]), ['row']);
    await page.keyboard.press('Enter');
    await restante.message.waitFor();
    await page.keyboard.press('Tab');
    for (let tabs = 0; tabs < 20 && await page.evaluate(() => document.activeElement.id !== 'message'); tabs += 1) await page.keyboard.press('Tab');
    assert.deepEqual(await frames(), ['scroll']);
  }));

test('while a mailbox opens the keyboard is at what can be done, and is at the form again after a cancel', { timeout }, () =>
  visit(our.browser, our.bridge.url, {}, async (page) => {
    const restante = new Restante(page);
    const { user, password } = our.world.mailbox('sample');
    await restante.submit({ user, password, port: our.world.fault('Silent').tls_port }, our.world.fault_fingerprint);
    const cancel = page.getByRole('button', { name: 'Cancel' });
    await cancel.waitFor();
    await page.waitForFunction(() => document.activeElement.textContent === 'Cancel');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.id === 'open');
  }));

test('a certificate question is gone once the form says another server', { timeout }, () =>
  visit(our.browser, our.bridge.url, {}, async (page) => {
    const restante = new Restante(page);
    const { user, password } = our.world.mailbox('sample');
    await restante.fill({ user, password, port: our.world.pops_port }, { ahead: false });
    await restante.openButton.click();
    await restante.alert.getByText(our.world.fingerprint).waitFor();
    const sentence = page.locator('.way .sentence');
    assert.match(await sentence.innerText(), /will be able to read/, 'nothing is protected yet');
    await restante.user.fill('somebody else');
    assert.equal(await restante.trustButton.count(), 1, 'the server is the same');
    await restante.server.fill('pop.example.org');
    assert.equal(await restante.trustButton.count(), 0);
  }));

test('where colours are forced, what is selected, who wrote and how it stands are drawn all the same', { timeout }, () =>
  withMailbox('sample', async (restante, page) => {
    await restante.read(NOTE);
    const selected = restante.list.locator('[aria-selected=true]');
    assert.notEqual(await selected.evaluate((row) => getComputedStyle(row).borderInlineStartStyle), 'none');
    assert.equal(await selected.locator('.avatar').evaluate((mark) => getComputedStyle(mark).borderTopWidth), '1px');
    const { dot, ground } = await page.locator('.status i').evaluate((dot) => ({
      dot: getComputedStyle(dot).backgroundColor, ground: getComputedStyle(document.documentElement).backgroundColor,
    }));
    assert.notEqual(dot, ground);
  }, { context: { ...VIEWS.wide, forcedColors: 'active' } }));

test('fields have borders that stand out by 3 to 1, and nothing moves for those who want no motion', { timeout }, async () => {
  for (const colorScheme of ['light', 'dark']) {
    await visit(our.browser, our.bridge.url, { context: { colorScheme } }, async (page) => {
      const restante = new Restante(page);
      await restante.openButton.waitFor();
      const contrasts = await page.evaluate(() => {
        const light = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map((c) => c / 255)
          .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
          .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
        const contrast = (one, other) => {
          const [less, more] = [light(one), light(other)].sort((a, b) => a - b);
          return (more + 0.05) / (less + 0.05);
        };
        const sheet = getComputedStyle(document.querySelector('.card')).backgroundColor;
        return [...document.querySelectorAll('.fields input, .fields select')].map((field) => {
          const { borderTopColor, backgroundColor } = getComputedStyle(field);
          return Math.min(contrast(borderTopColor, backgroundColor), contrast(borderTopColor, sheet));
        });
      });
      assert.ok(contrasts.length >= 5 && contrasts.every((contrast) => contrast >= 3), `${colorScheme}: ${contrasts}`);
      const { user, password } = our.world.mailbox('sample');
      await restante.submit({ user, password, port: our.world.fault('Silent').tls_port }, our.world.fault_fingerprint);
      await page.getByRole('button', { name: 'Cancel' }).waitFor();
      const moving = await page.evaluate(() => document.getAnimations({ subtree: true }).filter((animation) => animation.playState === 'running').length);
      assert.equal(moving, 0);
    });
  }
});
