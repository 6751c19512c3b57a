// gift.mjs QUIZ.gift KEY: reads quizzes in GIFT as others do, and compares every choice and statement
// with what `iolab quiz --key` says of it: right where it is right, code as it was written. Says how
// many questions there are; what cannot be read or differs ends it.
import { readFileSync } from "node:fs";
import { need } from "../tools/browser.mjs";

const [gift, key] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const entities = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

// HTML of a question as plain text, code between backquotes as in the key.
function plain(html) {
  return html.replace(/<\/?code>/g, "`").replace(/<[^>]+>/g, " ")
    .replace(/&(?:#(\d+)|(\w+));/g, (_, code, name) => code ? String.fromCodePoint(code) : entities[name])
    .replace(/\s+/g, " ").trim();
}

// "01-blocking/recv-zero" -> the whole text of that question in the key, its blanks made one.
const keys = new Map(key.split(/\n\n(?=\S+\/\S+ \()/).map((text) =>
  [text.match(/^\S+/)[0], text.replace(/\s+/g, " ")]));

function fault({ type, title, stem, choices, isTrue, matchPairs }) {
  const said = keys.get(title.replace(" ", "/"));
  const has = (text) => said.includes(text);
  if (!said) return "it is not in the key";
  if (!has(plain(stem.text).replace(/ \([^)]*\)$/, (unit) => (type === "Numerical" ? "" : unit)))) return `its words are others: ${plain(stem.text)}`;
  if (type === "TF" && !has(`right: ${isTrue}`)) return "it is right the other way round";
  if (type === "MC" && !choices.some(({ isCorrect, weight }) => isCorrect || weight > 0)) return "nothing is right";
  if (type === "Matching" && matchPairs.length < 2) return "it has nothing to order";
  for (const { isCorrect, weight, text } of type === "MC" ? choices : [])
    if (!has(`${isCorrect || weight > 0 ? "right" : "wrong"}: ${plain(text.text)}`))
      return `an answer differs: ${plain(text.text)}`;
}

const questions = need("gift-pegjs").parse(gift).filter(({ type }) => type !== "Category");
for (const question of questions) {
  const why = fault(question);
  if (why) {
    console.log(`${question.title}: ${why}`);
    process.exit(1);
  }
}
console.log(questions.length);
