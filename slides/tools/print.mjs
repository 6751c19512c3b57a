// print.mjs DECK…: a PDF of each deck, one page a slide, beside its HTML.
import { address, folder, open, ready } from "./browser.mjs";

const browser = await open();
for (const deck of process.argv.slice(2)) {
  const page = await browser.newPage();
  await page.goto(address(deck, "?print-pdf"), { waitUntil: "load", timeout: 120000 });
  await ready(page);
  await page.waitForSelector(".pdf-page", { timeout: 120000 });
  await page.pdf({ path: `${folder}/${deck}.pdf`, preferCSSPageSize: true, printBackground: true,
                   timeout: 120000 });
  await page.close();
  console.log(`build/slides/${deck}.pdf`);
}
await browser.close();
