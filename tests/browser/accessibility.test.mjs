// axe finds nothing to complain about in any state of the page: wide, in the dark, on a phone.
import { test } from 'node:test';
import { inEachView, isAccessible } from './lib/axe.mjs';
import { visit } from './lib/browser.mjs';
import { Restante } from './lib/restante.mjs';
import { STATES } from './lib/states.mjs';
import { suite } from './lib/suite.mjs';

const timeout = 90_000;
const our = suite();

for (const [name, reach] of Object.entries(STATES)) {
  test(name, { timeout }, () => visit(our.browser, our.bridge.url, {}, async (page) => {
    await reach(new Restante(page), our.world);
    await inEachView(page, (view) => isAccessible(page, view));
  }));
}
