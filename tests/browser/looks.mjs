// Pictures of every state in every view, for looking at: node looks.mjs [FOLDER] [STATE…]
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, open, VIEWS } from './lib/browser.mjs';
import { Bridge, World } from './lib/programs.mjs';
import { Restante } from './lib/restante.mjs';
import { STATES } from './lib/states.mjs';

const [folder = 'output/looks', ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const world = await World.start();
const bridge = await Bridge.serve({ ports: world.ports });
const browser = await launch();
let failed = 0;
try {
  for (const [view, context] of Object.entries(VIEWS)) {
    for (const [name, reach] of Object.entries(STATES)) {
      if (wanted.length && !wanted.includes(name)) continue;
      const { page, seen, close } = await open(browser, bridge.url, { context });
      try {
        await reach(new Restante(page), world);
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
