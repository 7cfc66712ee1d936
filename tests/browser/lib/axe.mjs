// The accessibility check of a page as it stands.
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { VIEWS } from './browser.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** axe finds nothing to complain about. */
export async function isAccessible(page, where = '') {
  // The mail inside the frame is its sender's, and no script may run there, axe's neither.
  const { violations, passes } = await new AxeBuilder({ page }).withTags(TAGS).exclude('iframe').analyze();
  assert.ok(passes.length > 10, 'axe looked at something');
  assert.deepEqual(violations.map(describe), [], where);
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

const describe = ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`;
