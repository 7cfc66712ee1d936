// What the tests of one file share: the servers, a bridge that allows them, and a browser; started before the first test
// and ended after the last.
import { after, before } from 'node:test';
import { launch, visit } from './browser.mjs';
import { Bridge, World } from './programs.mjs';
import { Restante } from './restante.mjs';

const TIMEOUT = 120_000;

/**
 * `world` and `bridge` are the options of World.start and Bridge.serve; `world: null` where no mail server is needed,
 * and `browser: false` where no Chromium is.
 * `bridges` are more of them by name, each a function from what there is by then to the options of Bridge.serve. What comes back has `world`, `bridge`,
 * `browser` and those once the tests run.
 */
export function suite({ world = {}, bridge = {}, bridges = {}, browser = true } = {}) {
  const our = {};
  const more = [];
  before(async () => {
    if (world) our.world = await World.start(world);
    our.bridge = await Bridge.serve({ ports: our.world?.ports, ...bridge });
    for (const [name, options] of Object.entries(bridges)) {
      our[name] = await Bridge.serve(options(our));
      more.push(our[name]);
    }
    if (browser) our.browser = await launch();
  }, { timeout: TIMEOUT });
  after(async () => {
    await our.browser?.close();
    for (const bridge of [...more, our.bridge]) await bridge?.end();
    await our.world?.end();
  });
  return our;
}

/** A preview of the mailbox of this name, and `use` of it. `names` are those of its language; `options` those of `visit`. */
export function inPreview(our, name, use, { names, ...options } = {}) {
  return visit(our.browser, our.bridge.url, options, async (page, seen) => {
    const restante = new Restante(page, names);
    const { user, password } = our.world.mailbox(name);
    await restante.open({ port: our.world.pops_port, user, password }, our.world.fingerprint);
    await use(restante, page, seen);
  });
}
