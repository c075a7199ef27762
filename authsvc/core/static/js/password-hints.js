/** How easily a new password is guessed and what would help: zxcvbn in the browser, so that the password stays there. */
import { text } from "/static/js/texts.js";

const ESTIMATOR = "/static/vendor/zxcvbn.js"; // 0.8 MB: fetched when somebody first goes to choose a password
const GOOD_ENOUGH = 3; // zxcvbn's score: 10^8 guesses or more
const CHOSEN_BY_MANY = { passwords: "common", english_wikipedia: "word", us_tv_and_film: "word", female_names: "name", male_names: "name", surnames: "name", user_inputs: "own" };
const OWN = ["mobile", "phone", "email", "backup_email", "household.number"].map((name) => `input[name="${name}"]`).join();

let loading;

function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = ESTIMATOR;
    script.onload = () => resolve(globalThis.zxcvbn);
    script.onerror = () => { loading = undefined; reject(new Error("no estimator")); };
    document.head.append(script);
  });
  return loading;
}

/** What others know of this person, as far as the page knows it: typed numbers and addresses, the name on the card. */
function ownFacts() {
  const typed = [...document.querySelectorAll(OWN)].map((input) => input.value.trim());
  const digits = typed.map((fact) => fact.replaceAll(/\D/g, "")).flatMap((all) => [all, all.slice(1), all.slice(-6), all.slice(-4)]);
  const parts = typed.flatMap((fact) => fact.split(/[^\p{L}\p{N}]+/u));
  const card = [...document.querySelectorAll("[data-own-fact]")].map((element) => element.textContent.trim());
  return [...typed, ...digits, ...parts, ...card].filter((fact) => fact.length >= 3);
}

/** A birth date in years of the Republic, which the estimator does not know: 690520, 0690520, 69/05/20. */
const rocDate = (password) => /(^|\D)0?\d{2,3}([-/.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(\D|$)/.test(password);

const longest = (matches) => matches.reduce((found, match) => (match.token.length > found.token.length ? match : found));

/** The key of what is wrong with a password, "" for nothing. Taken from what the estimator found, in words of our own. */
export function weakness(result, password) {
  if (rocDate(password)) return "date";
  if (result.score >= GOOD_ENOUGH || result.sequence.length === 0) return "";
  const match = longest(result.sequence);
  if (match.pattern === "dictionary") {
    const whole = match.dictionary_name === "passwords" && match.token.length === password.length;
    return whole ? "refused" : CHOSEN_BY_MANY[match.dictionary_name] ?? "word";
  }
  return { spatial: "keyboard", repeat: "repeat", sequence: "sequence", regex: "year", date: "date" }[match.pattern] ?? "short";
}

/** The key of what would help. */
export function advice(result, password) {
  const tricks = result.sequence.filter(({ pattern }) => pattern === "dictionary");
  if (tricks.some(({ l33t }) => l33t)) return "swapped";
  if (tricks.some(({ reversed }) => reversed)) return "reversed";
  if (tricks.some(({ token }) => /^\p{Lu}/u.test(token) && token.length > 2)) return "capitals";
  return password.length < 10 ? "longer" : "mix";
}

function watch(input, line) {
  const look = async () => {
    const zxcvbn = await load().catch(() => null);
    const password = input.value;
    const result = zxcvbn && password !== "" ? zxcvbn(password, ownFacts()) : null;
    const found = result ? weakness(result, password) : "";
    line.dataset.weakness = found;
    line.textContent = found === "" ? "" : `${text(`weak-${found}`)} ${text(`advice-${advice(result, password)}`)}`;
  };
  input.addEventListener("focus", () => load().catch(() => {}));
  input.addEventListener("input", look);
  for (const fact of document.querySelectorAll(OWN)) fact.addEventListener("change", () => input.value && look());
}

for (const line of document.querySelectorAll("[data-password-hint]")) watch(document.getElementById(line.dataset.passwordHint), line);
