// axe finds nothing to complain about in any state of the page: wide, on a phone, in the dark.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { visit, VIEWS } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { STATES } from './lib/states.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 60_000;
const our = suite();

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

for (const view of ['wide', 'phone', 'dark']) {
  for (const [name, reach] of Object.entries(STATES)) {
    test(`${view}: ${name}`, { timeout }, () => visit(our.browser, our.bridge.url, { context: VIEWS[view] }, async (page) => {
      await reach(new Restante(page), our.world);
      // The mail inside the frame is its sender's, and no script may run there, axe's neither.
      const { violations, passes } = await new AxeBuilder({ page }).withTags(TAGS).exclude('iframe').analyze();
      assert.ok(passes.length > 10, 'axe looked at something');
      assert.deepEqual(violations.map(describe), []);
    }));
  }
}

const describe = ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`;
