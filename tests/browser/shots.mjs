// Pictures of every state in every view, for looking at: node shots.mjs [FOLDER] [STATE…]
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, open, VIEWS } from './lib/browser.mjs';
import { Kept } from './lib/kept.mjs';
import { KEPT_STATES } from './lib/kept-states.mjs';
import { Bridge, World } from './lib/programs.mjs';
import { Restante } from './lib/restante.mjs';
import { STATES } from './lib/states.mjs';

const [folder = 'output/shots', ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const world = await World.start();
const bridge = await Bridge.serve({ ports: world.ports });
const browser = await launch();

/** Keeps the sample, and reaches the state from there. */
const kept = (reach) => async (page) => {
  const { user, password, messages } = world.mailbox('sample');
  const kept = new Kept(page);
  await kept.keep({ port: world.pops_port, user, password }, world.fingerprint, messages);
  await reach(kept, page);
};
const ALL = {
  ...Object.fromEntries(Object.entries(STATES).map(([name, reach]) => [name, (page) => reach(new Restante(page), world)])),
  ...Object.fromEntries(Object.entries(KEPT_STATES).map(([name, reach]) => [`kept-${name}`, kept(reach)])),
};

let failed = 0;
try {
  const unknown = wanted.filter((name) => !(name in ALL));
  if (unknown.length) throw new Error(`${unknown.join(', ')}: no such state; there are ${Object.keys(ALL).join(', ')}`);
  const names = wanted.length ? wanted : Object.keys(ALL);
  for (const [at, name] of names.entries()) {
    console.log(`${at + 1} of ${names.length}: ${name}`);
    for (const [view, context] of Object.entries(VIEWS)) {
      const { page, seen, close } = await open(browser, bridge.url, { context });
      try {
        await ALL[name](page);
        await page.waitForTimeout(300);
      } catch (error) {
        failed += 1;
        console.error(`${name} ${view}: ${error.message.split('\n')[0]}`);
      }
      await page.screenshot({ path: join(folder, `${name}-${view}.png`) });
      for (const complaint of seen.complaints) console.error(`${name} ${view}: ${complaint}`);
      await close();
    }
  }
} finally {
  await browser.close();
  await bridge.end();
  await world.end();
}
console.log(`pictures in ${folder}${failed ? `; ${failed} states were not reached` : ''}`);
process.exitCode = failed ? 1 : 0;
