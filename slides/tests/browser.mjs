// browser.mjs PART DECK…: decks in a real browser, as TAP. PART is one of the tests below; each is done
// for every deck. What is built must be there (make slides).
import { address, open, ready, resolve } from "../tools/browser.mjs";
import { readFileSync } from "node:fs";

const sizes = [[1280, 720], [1920, 1080]];

// A deck in a page of its own; what its console says of errors is kept.
async function opened(browser, deck, query = "") {
  const page = await browser.newPage();
  page.said = [];
  page.on("console", (message) => message.type() === "error" && page.said.push(message.text()));
  page.on("pageerror", (error) => page.said.push(String(error)));
  page.on("request", (request) => /^https?:/.test(request.url()) && page.said.push("loads " + request.url()));
  await page.goto(address(deck, query), { waitUntil: "load", timeout: 120000 });
  await ready(page);
  return page;
}

async function eachSlide(page, look) {
  const count = await page.evaluate(() => Reveal.getTotalSlides());
  const found = [];
  for (let slide = 0; slide < count; slide++) {
    await page.evaluate((to) => Reveal.slide(to), slide);
    for (const fault of await page.evaluate(look)) found.push(`slide ${slide + 1}: ${fault}`);
  }
  return found;
}

// In the page: what hangs out of the slide, or out of its own box; letters that nobody can read.
function overflows() {
  const slide = Reveal.getCurrentSlide(), frame = slide.getBoundingClientRect(), faults = [];
  const name = (element) => `${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 40)}"`;
  const scale = Reveal.getScale();
  for (const element of slide.querySelectorAll("*:not(.notes):not(.notes *)")) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (box.right > frame.right - 10 || box.bottom > frame.bottom - 10 || box.left < frame.left || box.top < frame.top)
      faults.push(`${name(element)} hangs out of the slide`);
    if (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
      faults.push(`${name(element)} is wider than its box`);
  }
  for (const image of slide.querySelectorAll("img")) {
    const box = image.getBoundingClientRect();
    if (!image.complete || image.naturalWidth === 0) faults.push(`figure "${image.alt}" did not load`);
    if (!image.alt) faults.push("a figure has no text for who cannot see it");
    if (box.height < 150 * scale) faults.push(`figure "${image.alt}" is ${Math.round(box.height)} pixels high`);
  }
  for (const element of slide.querySelectorAll("p, li, td, th, code, h2"))
    if (!element.closest(".notes") && parseFloat(getComputedStyle(element).fontSize) < 18)
      faults.push(`${name(element)} has letters of ${getComputedStyle(element).fontSize}`);
  return faults;
}

const parts = {
  // Nothing in the console, nothing from a network, nothing that hangs out, every figure there.
  async fits(browser, deck) {
    const faults = [];
    for (const [width, height] of sizes) {
      const page = await opened(browser, deck);
      await page.setViewport({ width, height });
      faults.push(...(await eachSlide(page, overflows)).map((fault) => `${width}x${height}, ${fault}`));
      faults.push(...page.said);
      await page.close();
    }
    return faults;
  },

  async keys(browser, deck) {
    const page = await opened(browser, deck), faults = [];
    const at = () => page.evaluate(() => Reveal.getIndices().h);
    const presses = async (key, expected) => {
      await page.keyboard.press(key);
      if ((await at()) !== expected) faults.push(`${key}: slide ${await at()}, not ${expected}`);
    };
    const last = (await page.evaluate(() => Reveal.getTotalSlides())) - 1;
    await presses("Space", 1);
    await presses("ArrowRight", 2);
    await presses("ArrowLeft", 1);
    await presses("End", last);
    await presses("Home", 0);
    await page.keyboard.press("o");
    if (!(await page.evaluate(() => Reveal.isOverview()))) faults.push("o: no overview");
    await page.keyboard.press("Escape");
    await page.close();
    return faults;
  },

  // `s` opens a window with the notes of the slide, and goes on with it.
  async speaker(browser, deck) {
    const page = await opened(browser, deck), faults = [];
    const window = new Promise((resolve) => page.once("popup", resolve));
    await page.keyboard.press("s");
    const speaker = await window;
    const notes = () => speaker.waitForFunction(
      (text) => document.querySelector(".speaker-controls-notes .value")?.textContent.includes(text),
      { timeout: 60000 }, " min.");
    await page.evaluate(() => Reveal.slide(1));
    await notes().catch(() => faults.push("the speaker's view shows no notes"));
    await speaker.close();
    faults.push(...page.said);
    await page.close();
    return faults;
  },

  async access(browser, deck) {
    const page = await opened(browser, deck), faults = [];
    await page.evaluate(readFileSync(resolve("axe-core/axe.min.js"), "utf8"));
    const count = await page.evaluate(() => Reveal.getTotalSlides());
    for (let slide = 0; slide < count; slide++) {
      await page.evaluate((to) => Reveal.slide(to), slide);
      const { violations } = await page.evaluate(() => axe.run());
      for (const { id, impact, nodes } of violations)
        if (impact === "serious" || impact === "critical")
          faults.push(`slide ${slide + 1}: ${id} (${impact}): ${nodes[0].html.slice(0, 80)}`);
    }
    await page.close();
    return faults;
  },

  // For tests of the PDF.
  async count(browser, deck) {
    const page = await opened(browser, deck);
    console.log(`${deck} ${await page.evaluate(() => Reveal.getTotalSlides())}`);
    await page.close();
    return [];
  },
};

const [part, ...decks] = process.argv.slice(2);
const browser = await open();
let bad = 0;
for (const deck of decks) {
  const faults = await parts[part](browser, deck);
  bad += faults.length;
  for (const fault of faults.slice(0, 20)) console.log(`${deck}: ${fault}`);
}
await browser.close();
process.exit(bad ? 1 : 0);
