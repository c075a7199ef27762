/** Words for scripts. They stand in the page, translated, as `<span data-key="…">` inside `[data-texts]`. */

/** The page's text for `key`, with every `{name}` filled from `values`; the key itself where the page has none. */
export function text(key, values = {}) {
  const element = document.querySelector(`[data-texts] [data-key="${CSS.escape(key)}"]`);
  if (element === null) return key;
  return element.textContent.trim().replaceAll(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A moment in the reader's own language and time zone, as mails write it (core/localtime.py); ROC years in Chinese. */
export function moment(iso) {
  if (!iso) return "";
  const chinese = document.documentElement.lang.startsWith("zh");
  const [locale, between] = chinese ? ["zh-Hant-TW-u-ca-roc", " "] : ["en-GB", ", "];
  const at = new Date(iso);
  const part = (style) => new Intl.DateTimeFormat(locale, { ...style, hourCycle: "h23" }).format(at);
  const date = part(chinese ? { dateStyle: "long" } : { dateStyle: "medium" });
  return date + between + part({ hour: "2-digit", minute: "2-digit" });
}

/** Seconds as `m:ss`. */
export function clock(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
