// Which language is spoken, and the sentences in it. The choice is shared with the web pages by a plain cookie.

import { WORDS } from "./words.js";

export const LANGUAGES = ["zh-Hant-TW", "en"];

let current = chosen();

function chosen() {
  const cookie = /(?:^|;\s*)lang=(zh-Hant-TW|en)(?:;|$)/.exec(document.cookie)?.[1];
  return cookie ?? (navigator.language.toLowerCase().startsWith("en") ? "en" : "zh-Hant-TW");
}

/** Return the language in use: "zh-Hant-TW" or "en". */
export function language() {
  return current;
}

/** Take another language and remember it for a year. */
export function speak(next) {
  current = next;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `lang=${next}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

/** Return the sentence of that name, with `{name}` filled in from values. */
export function t(name, values = {}) {
  const pair = WORDS[name];
  if (!pair) throw new Error(`no words for ${name}`);
  return pair[LANGUAGES.indexOf(current)].replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}

/** Tell whether there are words of that name. */
export function known(name) {
  return Object.hasOwn(WORDS, name);
}

/** Return a moment (ISO 8601) as a date and time of day, as pages and mails write it. */
export function moment(iso) {
  const english = current === "en";
  const date = written(iso, { dateStyle: english ? "medium" : "long" });
  return date === "—" ? date : `${date}${english ? ", " : " "}${written(iso, { hour: "2-digit", minute: "2-digit" })}`;
}

/** Return a moment (ISO 8601) as a time of day, with seconds. */
export function timeOfDay(iso) {
  return written(iso, { timeStyle: "medium" });
}

/** Return a moment (ms) as a time of day, without seconds. */
export function timeOfMinute(at) {
  return written(new Date(at).toISOString(), { hour: "2-digit", minute: "2-digit" });
}

function written(iso, style) {
  const at = new Date(iso);
  if (!iso || Number.isNaN(at.getTime())) return "—";
  return new Intl.DateTimeFormat(current === "en" ? "en-GB" : "zh-TW-u-ca-roc", { ...style, hourCycle: "h23" }).format(
    at,
  );
}
