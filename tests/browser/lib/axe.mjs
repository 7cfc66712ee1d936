// The accessibility check of a page as it stands.
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { VIEWS } from './browser.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * axe finds nothing to complain about. It is given to the page once, and runs there: another page for each result, as its
 * own binding opens one, is what took most of its time.
 */
export async function isAccessible(page, where = '') {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate(async (tags) => {
    // The mail inside the frame is its sender's, and no script may run there, axe's neither.
    const options = { runOnly: tags, iframes: false, resultTypes: ['violations'] };
    const { violations, passes } = await window.axe.run({ exclude: ['iframe'] }, options);
    return {
      violations: violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`) })),
      passes: passes.length,
    };
  }, TAGS);
  assert.ok(passes > 10, 'axe looked at something');
  assert.deepEqual(violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.join(' | ')}`), [], where);
}

/** The same page wide, in the dark and on a phone, one after the other: `use` is told which. */
export async function inEachView(page, use) {
  for (const view of ['wide', 'dark', 'phone']) {
    const { viewport, colorScheme = 'light' } = VIEWS[view];
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    // Rows are drawn for the list's new height.
    await page.waitForTimeout(200);
    await use(view);
  }
}
