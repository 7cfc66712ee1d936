// The icons of the installed page, drawn from its one drawing on paper; to be run when that changes: node icons.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { launch } from './lib/browser.mjs';

const STATIC = new URL('../../web/static/', import.meta.url);
// Systems cut a maskable icon to a shape of theirs, of which its middle four fifths are always seen.
const ICONS = { 192: [192, 0.88, 0.2], 512: [512, 0.88, 0.2], maskable: [512, 0.66, 0], touch: [180, 0.78, 0] };

const drawing = (await readFile(new URL('icon.svg', STATIC), 'utf8')).replace('#c5443a', '#b3372c');
const browser = await launch();
try {
  await mkdir(new URL('icons/', STATIC), { recursive: true });
  for (const [name, [size, part, corner]] of Object.entries(ICONS)) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<style>body{margin:0;display:grid;place-items:center;height:${size}px;background:#fbfaf7;border-radius:${size * corner}px}svg{width:${size * part}px}</style>${drawing}`);
    await writeFile(new URL(`icons/${name}.png`, STATIC), await page.screenshot({ omitBackground: true }));
    await page.close();
  }
} finally {
  await browser.close();
}
