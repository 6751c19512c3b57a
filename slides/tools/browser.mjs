// Chromium, driven by puppeteer: for print.mjs and the tests. Decks are files; nothing is loaded from
// a network.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

export const folder = path.resolve("build/slides");
const bring = createRequire(path.join(folder, "node_modules/"));

export function need(name) {
  return bring(name);
}

export function resolve(name) {
  return bring.resolve(name);
}

// The sandbox, which neither root nor a user without namespaces can have, protects from strangers'
// pages, and these are ours.
export async function open(options = {}) {
  return need("puppeteer-core").launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    protocolTimeout: 300000,
    ...options,
  });
}

export function address(deck, query = "") {
  return pathToFileURL(path.join(folder, deck + ".html")).href + query;
}

// Until the slides stand as they will be seen.
export async function ready(page) {
  await page.waitForFunction(() => globalThis.Reveal?.isReady() && document.fonts.status === "loaded",
                             { timeout: 120000 });
}
