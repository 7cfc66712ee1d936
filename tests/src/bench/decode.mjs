// Times the body decoder's wasm programs in Chromium.
//
// `node decode.mjs CHROMIUM EMPTY.wasm PLAIN.wasm DOTTED.wasm` prints one JSON line: milliseconds of the fastest of
// five runs of each. Each program decodes 256 MiB once in its `main`, EMPTY nothing.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../browser/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const [executablePath, ...files] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage();
  const times = [];
  for (const file of files) {
    const code = (await readFile(file)).toString('base64');
    times.push(await page.evaluate(async (text) => {
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const module = await WebAssembly.compile(bytes);
      let best = Infinity;
      for (let run = 0; run < 5; run += 1) {
        // Nothing of it is called: what stands there was linked in with a source of random numbers.
        const imports = {};
        for (const { module: from, name } of WebAssembly.Module.imports(module)) {
          (imports[from] ??= {})[name] = () => { throw new Error(`${from}.${name} was called`); };
        }
        const { exports } = await WebAssembly.instantiate(module, imports);
        const start = performance.now();
        exports.main(0, 0);
        best = Math.min(best, performance.now() - start);
      }
      return best;
    }, code));
  }
  console.log(JSON.stringify(times));
} finally {
  await browser.close();
}
