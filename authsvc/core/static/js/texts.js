/** Words for scripts. They stand in the page, translated, as `<span data-key="…">` inside `[data-texts]`. */

/** The page's text for `key`, with every `{name}` filled from `values`; the key itself where the page has none. */
export function text(key, values = {}) {
  const element = document.querySelector(`[data-texts] [data-key="${CSS.escape(key)}"]`);
  if (element === null) return key;
  return element.textContent.trim().replaceAll(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A moment in the reader's own language and time zone; ROC years where the page is Chinese. */
export function moment(iso, style = { dateStyle: "medium", timeStyle: "short" }) {
  if (!iso) return "";
  const language = document.documentElement.lang;
  const locale = language.startsWith("zh") ? "zh-Hant-TW-u-ca-roc" : "en-GB";
  return new Intl.DateTimeFormat(locale, style).format(new Date(iso));
}

/** Seconds as `m:ss`. */
export function clock(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
