// The README's picture, of the demonstration as anybody can start it: node screenshot.mjs PATH
import { launch, open } from './lib/browser.mjs';
import { Bridge } from './lib/programs.mjs';
import { Restante } from './lib/restante.mjs';

const path = process.argv[2];
if (!path) {
  console.error('usage: node screenshot.mjs PATH');
  process.exit(2);
}
const demo = await Bridge.demo();
// A screen that is dense indeed: an emulated one leaves frames of other origins coarse.
const browser = await launch(['--force-device-scale-factor=2', '--window-size=1280,890']);
try {
  const context = { viewport: null };
  const { page } = await open(browser, demo.url, { context });
  const restante = new Restante(page);
  await page.getByText('is filled in: one click opens it').waitFor();
  await restante.openButton.click();
  await restante.list.waitFor();
  await restante.read('Five harbours worth the detour');
  await (await restante.mailFrame()).getByText('Skerry Point').first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(500);
  await page.screenshot({ path });
} finally {
  await browser.close();
  await demo.end();
}
