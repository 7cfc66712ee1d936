// Languages: Spanish from the first screen to the last, changed while something is open, and a page that runs from right to left.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inEachView, isAccessible } from './lib/axe.mjs';
import { VIEWS, visit } from './lib/browser.mjs';
import { Kept } from './lib/kept.mjs';
import { englishOn, overflowing } from './lib/languages.mjs';
import { ENGLISH, Restante, SPANISH } from './lib/restante.mjs';
import { inPreview, suite } from './lib/suite.mjs';

const timeout = 180_000;
const our = suite();
const spanish = { context: { locale: 'es-MX', timezoneId: 'UTC' }, names: SPANISH };

const account = (name) => {
  const { user, password } = our.world.mailbox(name);
  return { port: our.world.pops_port, user, password };
};

/** The page of somebody whose browser prefers Spanish. */
const inSpanish = (use, context = {}) => visit(our.browser, our.bridge.url, { context: { ...spanish.context, ...context } }, async (page, seen) => {
  await use(new Restante(page, SPANISH), page, seen);
});

/** The language that the document says it is in, and where its lines begin. */
const said = (page) => page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);

/** Chooses a language in "About this page", which is called so in the one that is spoken. */
async function choose(page, about, label, language, close) {
  await page.getByRole('button', { name: about, exact: true }).filter({ visible: true }).first().click();
  await page.getByRole('dialog').getByRole('combobox', { name: label }).selectOption({ label: language });
  await page.getByRole('dialog').getByRole('button', { name: close, exact: true }).click();
}

const toSpanish = (page) => choose(page, 'About this page', 'Language', 'Español', 'Cerrar');
const toEnglish = (page) => choose(page, 'Acerca de esta página', 'Idioma', 'English', 'Close');

test('a browser that prefers Spanish, of whatever country, is spoken to in Spanish', { timeout }, () =>
  inSpanish(async (restante, page) => {
    await restante.openButton.waitFor();
    assert.deepEqual(await said(page), ['es', 'ltr']);
    assert.deepEqual(await englishOn(page), []);
  }));

test('a browser that prefers a language that there is not is spoken to in the next of its languages, or in English', { timeout }, async () => {
  await visit(our.browser, our.bridge.url, { context: { locale: 'de-DE' } }, async (page) => {
    await new Restante(page).openButton.waitFor();
    assert.deepEqual(await said(page), ['en', 'ltr']);
  });
});

test('the journey in Spanish: refused, opened, read, searched, explained, closed, by keyboard names and words of that language', { timeout }, () =>
  inSpanish(async (restante, page) => {
    await restante.submit({ ...account('sample'), password: 'wrong' }, our.world.fingerprint);
    await restante.alert.filter({ hasText: 'El servidor ha rechazado el usuario o la contraseña.' }).waitFor();
    await page.getByText('Causa: Lo que se ha escrito').waitFor();
    assert.deepEqual(await englishOn(page), []);

    await restante.open(account('sample'), our.world.fingerprint);
    await page.getByText('Vista previa · no se guarda nada').waitFor();
    await restante.read('Five harbours worth the detour');
    await restante.mailFrame();
    await page.getByText('imágenes remotas bloqueadas').waitFor();
    assert.match(await restante.message.locator('.to time').textContent(), /^(lunes|martes|miércoles|jueves|viernes|sábado|domingo)/);
    assert.deepEqual(await englishOn(page), []);

    await restante.search.fill('harbours');
    await page.getByText('1 encontrado · primero lo más reciente').waitFor();
    await restante.search.fill('after:soon');
    await page.getByText('Eso no se puede buscar.').waitFor();
    await restante.search.press('Escape');

    await page.getByRole('button', { name: 'Camino y certificado' }).click();
    await page.getByRole('dialog', { name: 'Camino y certificado' }).getByText('Cifrado', { exact: true }).waitFor();
    assert.deepEqual(await englishOn(page), []);
    await page.getByRole('button', { name: 'Cerrar', exact: true }).click();
    await restante.close();
  }));

test('a language is changed at once, with a mailbox and a letter open, and changed back without a trace', { timeout }, () =>
  inPreview(our, 'sample', async (restante, page) => {
    await restante.read('Five harbours worth the detour');
    await restante.mailFrame();
    await restante.search.fill('harbour');
    await page.getByText('found · newest first').waitFor();
    const words = () => page.evaluate(() => document.getElementById('app').innerText);
    const before = await words();

    await toSpanish(page);
    const otherwise = new Restante(page, SPANISH);
    assert.deepEqual(await said(page), ['es', 'ltr']);
    assert.deepEqual(await englishOn(page), []);
    assert.equal(await otherwise.search.inputValue(), 'harbour', 'what was typed is lost');
    await otherwise.message.getByRole('heading', { name: 'Five harbours worth the detour' }).waitFor();
    await otherwise.list.getByRole('option').first().waitFor();

    await toEnglish(page);
    assert.deepEqual(await said(page), ['en', 'ltr']);
    assert.equal(await words(), before);
    const stored = await page.evaluate(() => ({ ...localStorage }));
    assert.deepEqual(stored, {}, 'a preview remembers nothing');
  }));

test('a language is changed at the form without losing what was typed in', { timeout }, () =>
  visit(our.browser, our.bridge.url, {}, async (page) => {
    const restante = new Restante(page);
    await restante.user.fill('ana');
    await restante.password.fill('a secret');
    await page.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'Español' });
    const otherwise = new Restante(page, SPANISH);
    await otherwise.openButton.waitFor();
    assert.deepEqual([await otherwise.user.inputValue(), await otherwise.password.inputValue()], ['ana', 'a secret']);
    assert.deepEqual(await englishOn(page), []);
    await otherwise.openButton.click();
    await page.getByText('Falta el nombre del servidor de correo').waitFor();
  }));

test('where mail is kept, a language is chosen in the settings, remembered, and forgotten with the mail', { timeout }, () =>
  visit(our.browser, our.bridge.url, {}, async (page) => {
    const kept = new Kept(page);
    await kept.keep(account('sample'), our.world.fingerprint, our.world.mailbox('sample').messages);
    await kept.button('Account settings').click();
    await kept.dialog.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'Español' });
    await kept.dialog.getByRole('radio', { name: 'Dejarlos', exact: true }).waitFor();
    assert.deepEqual(await englishOn(page), []);
    await page.reload();
    await kept.folders.or(page.getByRole('navigation', { name: 'Cuentas y carpetas' })).waitFor();
    await page.getByRole('treeitem', { name: 'Entrada', exact: true }).waitFor();
    assert.deepEqual(await said(page), ['es', 'ltr']);

    await kept.button('Ajustes de la cuenta').click();
    await kept.button('Quitar esta cuenta…').click();
    await kept.button('Quitar de este dispositivo').click();
    await page.getByRole('button', { name: SPANISH.open, exact: true }).waitFor();
    assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), {});
  }));

test('in Spanish nothing is cut off or wider than the window, and axe finds nothing to complain about', { timeout }, async () => {
  const looked = async (page, state) => {
    await inEachView(page, async (view) => {
      assert.deepEqual(await overflowing(page), [], `${state}, ${view}`);
      await isAccessible(page, `${state}, ${view}`);
    });
    await page.setViewportSize({ width: 320, height: 700 });
    assert.deepEqual(await overflowing(page), [], `${state}, 320 px`);
    await page.setViewportSize(VIEWS.wide.viewport);
  };
  await inSpanish(async (restante, page) => {
    await restante.openButton.waitFor();
    await looked(page, 'form');
    await restante.submit({ ...account('sample'), password: 'wrong' }, our.world.fingerprint);
    await restante.alert.filter({ hasText: 'rechazado' }).waitFor();
    await looked(page, 'error');
    await restante.open(account('sample'), our.world.fingerprint);
    await restante.read('Fwd: Berth 12: new terms');
    await looked(page, 'letter');
  });
});

test('on a page that runs from right to left the rail is on the right, and letters read as they were written', { timeout }, () =>
  inPreview(our, 'sample', async (restante, page) => {
    await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
    const box = (selector) => page.locator(selector).first().boundingBox();
    const [rail, list, pane] = [await box('.rail'), await box('.list'), await box('.pane')];
    assert.ok(rail.x > list.x && list.x > pane.x, JSON.stringify([rail.x, list.x, pane.x]));
    assert.deepEqual(await overflowing(page), []);
    const [avatar, subject] = [await box('.row .avatar'), await box('.row strong')];
    assert.ok(avatar.x > subject.x, 'a row begins at its right');

    for (const [letter, direction] of [['موعد العشاء يوم الجمعة', 'rtl'], ['The key is under the blue pot', 'ltr']]) {
      await restante.read(letter);
      const heading = restante.message.getByRole('heading', { name: letter });
      assert.equal(await heading.evaluate((node) => getComputedStyle(node).direction), direction);
      const [column, text] = [await box('.column'), await heading.boundingBox()];
      assert.ok(text.x >= column.x && text.x + text.width <= column.x + column.width, 'the subject is in the column');
      await inEachView(page, async (view) => assert.deepEqual(await overflowing(page), [], `${letter}, ${view}`));
      await page.setViewportSize(VIEWS.wide.viewport);
    }
    await isAccessible(page, 'from right to left');
  }));
