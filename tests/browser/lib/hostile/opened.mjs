// Hostile letters, opened in the page one after the other as a person does it, and what is to be seen of each.
import { Restante } from '../restante.mjs';

/** A mailbox of hostile letters, read from the first to the last. */
export class Opened {
  /** What was found against a letter: its id, and what. */
  faults = [];
  #letters;
  #port;
  #opening = [];
  #clicked = 0;
  #tabs = [];

  constructor(page, letters, port) {
    this.page = page;
    this.restante = new Restante(page);
    this.#letters = letters;
    this.#port = port;
    page.context().on('page', (tab) => this.#opening.push(this.#look(tab)));
  }

  /**
   * Opens every letter that `take` has still to give, from the first downwards, or from the last upwards. Each is handed to
   * `use` with what is seen of it.
   */
  async each(take, isUpwards, use) {
    await this.restante.settled();
    await this.restante.list.focus();
    await this.page.keyboard.press(isUpwards ? 'End' : 'Home');
    await this.page.keyboard.press('Enter');
    for (let at = take(); at !== undefined; at = take()) {
      const letter = this.#letters[at];
      await use(letter, await this.seen(letter, at), at);
      await this.page.keyboard.press(isUpwards ? 'p' : 'n');
    }
  }

  /** Waits until a letter is shown anew, and looks at it and at the page around it. */
  async seen(letter, at, isShown = false) {
    const wanted = { at: at + 1, subject: letter.isNamed === false ? '' : letter.id, isShown, host: `:${this.#port}`, next: 'Next' };
    const found = await this.page.waitForFunction(look, wanted, { timeout: 30_000, polling: 25 }).catch((error) => {
      throw new Error(`${letter.id} is not shown${isShown ? ' with pictures' : ''}`, { cause: error });
    });
    const seen = await found.jsonValue();
    for (const fault of seen.faults) this.faults.push(`${letter.id}${isShown ? ', with pictures' : ''}: ${fault}`);
    return seen;
  }

  /** Clicks whatever can be clicked in the letter that is shown; the addresses that are now led to, each in a new tab. */
  async click() {
    const clicked = await this.page.evaluate(clickAll);
    this.#clicked += clicked.length;
    return clicked;
  }

  /** Waits until every link has led to its tab, and whatever else would happen has happened. */
  async settle() {
    for (let turn = 0; turn < 50 && this.#opening.length < this.#clicked; turn += 1) await this.page.waitForTimeout(100);
    await this.page.waitForTimeout(1_000);
    await Promise.all(this.#opening);
    if (this.#opening.length !== this.#clicked) this.faults.push(`${this.#clicked} links were clicked, and ${this.#opening.length} tabs opened`);
    for (const tab of this.#tabs) if (!/^(https?|chrome-error|about:blank$)/.test(tab)) this.faults.push(`a tab leads to ${tab}`);
  }

  async #look(tab) {
    await tab.waitForLoadState('load').catch(() => {});
    this.#tabs.push(tab.url());
    await tab.close();
  }
}

/**
 * Whether the letter is there, once it is: what there is against it, and how many remote pictures are not shown. Runs in the
 * page.
 */
function look({ at, subject, isShown, host, next }) {
  const article = document.querySelector('article');
  const row = document.querySelector('[role=option][aria-selected=true]');
  if (!article || row?.getAttribute('aria-posinset') !== String(at)) return false;
  if (article.getAttribute('aria-busy') !== 'false' || article.querySelector('.ghost')) return false;
  if (!article.querySelector('h2').textContent.includes(subject)) return false;
  const frame = article.querySelector('iframe');
  const letter = frame?.contentDocument;
  if (frame && (!letter?.querySelector('meta[name=viewport]') || letter.body.wasSeen || isShown !== frame.src.includes('remote'))) return false;
  const faults = [];
  const never = 'script, iframe, frame, frameset, object, embed, applet, form, input, button, textarea, select, base, link, svg, math, video, audio, source, track, template, dialog, portal, noscript, isindex';
  const pictures = /^(src|background)$/;
  if (letter) {
    letter.body.wasSeen = true;
    for (const element of letter.querySelectorAll(never)) faults.push(`there is ${element.outerHTML.slice(0, 120)}`);
    if (letter.querySelectorAll('meta').length !== letter.head.querySelectorAll('meta').length) faults.push('there is a meta of its own');
    for (const element of letter.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        const isLink = name === 'href' && ['a', 'area'].includes(element.localName);
        if (isLink ? !/^(https?|mailto):/i.test(value) : /^on|^xlink|srcdoc|^ping$|action/.test(name)) faults.push(`it has ${name}=${value.slice(0, 80)}`);
        const isWords = ['title', 'alt', 'aria-label', 'class'].includes(name);
        if (!isLink && !isWords && name !== 'style' && value.includes(host) && !value.startsWith('data:') && !(isShown && pictures.test(name))) faults.push(`it has ${name}=${value.slice(0, 80)}`);
      }
      if (['a', 'area'].includes(element.localName) && element.href && (element.target !== '_blank' || !/noopener/.test(element.rel) || !/noreferrer/.test(element.rel))) {
        faults.push(`a link has the target ${element.target} and ${element.rel}`);
      }
      for (const name of [element.id, element.getAttribute('name')]) {
        if (name && (letter[name] === element || frame.contentWindow[name] === element)) faults.push(`an element is called ${name}`);
      }
    }
    // As the browser reads them, escapes and all.
    const rules = [...letter.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText));
    const styles = [...rules, ...[...letter.querySelectorAll('[style]')].map((element) => element.style.cssText)];
    for (const css of styles) {
      if (/@import|@font-face/i.test(css)) faults.push(`there is the rule ${css.slice(0, 80)}`);
      if (!isShown && /url\("(?!data:|#)/i.test(css)) faults.push(`there is the style ${css.slice(0, 120)}`);
    }
  }
  // The page around it.
  for (const element of article.querySelectorAll('script, object, embed, form, base, link, meta, style, [onerror], [onload], [onclick], [onfocus]')) faults.push(`the page has ${element.outerHTML.slice(0, 120)}`);
  for (const link of article.querySelectorAll('a[href]')) {
    if (!/^(https?|mailto):/i.test(link.getAttribute('href'))) faults.push(`the page has a link to ${link.getAttribute('href').slice(0, 80)}`);
  }
  for (const image of article.querySelectorAll('img')) {
    if (!/^(blob|data):/.test(image.src)) faults.push(`the page has a picture of ${image.src}`);
  }
  if (document.querySelectorAll('iframe').length > 1) faults.push('the page has more than one frame');
  const tool = article.querySelector(`[aria-label="${next}"]`);
  const { left, top, width, height } = tool.getBoundingClientRect();
  if (!tool.contains(document.elementFromPoint(left + width / 2, top + height / 2))) faults.push('something covers the tools');
  if (window.hacked !== undefined) faults.push(`a script ran: ${window.hacked}`);
  if (scrollX || scrollY) faults.push('the page is scrolled');
  return { faults, title: document.title, hasFrame: Boolean(frame), offers: Boolean(article.querySelector('.blocked.warn button')) };
}

/** Clicks all links of the letter, and what may be one; the addresses of those that lead to a new tab. Runs in the page. */
function clickAll() {
  const article = document.querySelector('article');
  const roots = [article.querySelector('iframe')?.contentDocument.body, ...article.querySelectorAll('.text')].filter(Boolean);
  const clicked = [];
  for (const root of roots) {
    for (const element of root.querySelectorAll('a, area, summary, label, img, [tabindex]')) {
      const href = element.getAttribute('href');
      if (href?.startsWith('mailto:')) continue;
      if (/^https?:/i.test(href)) clicked.push(href);
      element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, view: window }));
    }
  }
  return clicked;
}
