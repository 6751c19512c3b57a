// gift.mjs FILE: reads quizzes in GIFT as others do, and says how many questions there are. What
// cannot be read, or has no right answer, ends it.
import { readFileSync } from "node:fs";
import { need } from "../tools/browser.mjs";

const questions = need("gift-pegjs").parse(readFileSync(process.argv[2], "utf8"))
  .filter(({ type }) => type !== "Category");
const right = ({ type, choices, isTrue, matchPairs }) =>
  type === "TF" ? typeof isTrue === "boolean"
  : type === "Matching" ? matchPairs.length > 1
  : type === "Numerical" ? choices !== undefined
  : type === "Essay" || (choices ?? []).some(({ isCorrect, weight }) => isCorrect || weight > 0);
for (const question of questions)
  if (!right(question)) {
    console.log(`no right answer: ${JSON.stringify(question).slice(0, 300)}`);
    process.exit(1);
  }
console.log(questions.length);
