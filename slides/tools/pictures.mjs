// pictures.mjs DECK…: every slide as a picture, build/slides/pictures/DECK-NN.png; to be looked at.
import { mkdirSync } from "node:fs";
import { address, folder, open, ready } from "./browser.mjs";

const browser = await open({ defaultViewport: { width: 1280, height: 720 } });
mkdirSync(`${folder}/pictures`, { recursive: true });
for (const deck of process.argv.slice(2)) {
  const page = await browser.newPage();
  await page.goto(address(deck), { waitUntil: "load", timeout: 120000 });
  await ready(page);
  const count = await page.evaluate(() => Reveal.getTotalSlides());
  for (let slide = 0; slide < count; slide++) {
    await page.evaluate((to) => Reveal.slide(to), slide);
    const number = String(slide + 1).padStart(2, "0");
    await page.screenshot({ path: `${folder}/pictures/${deck}-${number}.png` });
  }
  await page.close();
  console.log(`build/slides/pictures/${deck}-*.png: ${count} slides`);
}
await browser.close();
