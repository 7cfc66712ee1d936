// What is on the page, and in which language.
import { readdir, readFile } from 'node:fs/promises';

const FOLDER = new URL('../../../web/locales/', import.meta.url);

/** The messages of a language without arguments, by name. */
async function messages(language) {
  const found = new Map();
  for (const file of await readdir(new URL(`${language}/`, FOLDER))) {
    for (const line of (await readFile(new URL(`${language}/${file}`, FOLDER), 'utf8')).split('\n')) {
      const message = line.match(/^([a-z][a-z0-9-]*) = ([^{]*)$/);
      if (message) found.set(message[1], message[2]);
    }
  }
  return found;
}

/** What is on the page in English though it is said otherwise in Spanish: texts, names, titles, placeholders. */
export async function englishOn(page) {
  const [english, spanish] = await Promise.all([messages('en'), messages('es')]);
  const said = new Set(spanish.values());
  const foreign = [...english].filter(([name, words]) => words !== spanish.get(name) && !said.has(words)).map(([, words]) => words);
  return page.evaluate((foreign) => {
    const words = new Set(foreign);
    const seen = [];
    const walker = document.createTreeWalker(document.getElementById('app'), NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) seen.push(node.data);
      else for (const name of ['aria-label', 'title', 'placeholder', 'aria-description']) seen.push(node.getAttribute(name) ?? '');
    }
    return seen.map((text) => text.trim()).filter((text) => words.has(text));
  }, foreign);
}

/** Nothing is wider than the window, and no button, label or heading is cut off. */
export const overflowing = (page) => page.evaluate(() => {
  const root = document.documentElement;
  const found = root.scrollWidth > innerWidth ? [`the page: ${root.scrollWidth} of ${innerWidth}`] : [];
  for (const element of document.querySelectorAll('button, label, h1, h2, h3, legend, summary, dt, .status, .note, .rail p')) {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('.bench, .unseen, .row, iframe, .subject')) continue;
    if (element.classList.contains('subject')) continue;
    const { left, right, width } = element.getBoundingClientRect();
    if (width > 1 && (left < -1 || right > innerWidth + 1)) found.push(`${element.textContent.slice(0, 40)}: ${Math.round(left)} to ${Math.round(right)}`);
  }
  return found;
});
