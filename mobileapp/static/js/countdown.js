// Time that runs out: a ring, words for what is left, and a tick that stops with its screen.

import { h, svg } from "./dom.js";
import { language, t } from "./i18n.js";

const OFTEN = 250; // ms

/** Return a ring around some content; `show(share)` draws the share of time that is left, 1 to 0. */
export function ring(...content) {
  const track = svg("circle", { class: "track", cx: "50", cy: "50", r: "46" });
  const arc = svg("circle", { class: "arc", cx: "50", cy: "50", r: "46", pathLength: "100" });
  const picture = svg(
    "svg",
    { class: "ring-picture", viewBox: "0 0 100 100", "aria-hidden": "true" },
    track,
    arc,
  );
  const node = h("div", { class: "ring" }, picture, h("div", { class: "ring-content" }, ...content));
  const show = (share) => {
    arc.style.strokeDashoffset = String(100 - 100 * Math.max(0, Math.min(1, share)));
  };
  show(1);
  return { node, show };
}

/** Return seconds in words: "2:05" beyond a minute, else "42 秒" or "42 s". */
export function span(seconds) {
  if (seconds >= 60) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return language() === "en" ? `${seconds} s` : `${seconds} 秒`;
}

/** Call `work` now and four times a second until it returns false or the signal aborts. */
export function ticking(signal, work) {
  const tick = () => {
    if (!signal.aborted && work() !== false) setTimeout(tick, OFTEN);
  };
  tick();
}

/** Return a long time (ms) in words: minutes, hours or days, rounded. */
export function roughly(ms) {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 100) return t("time.minutes", { n: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t("time.hours", { n: hours }) : t("time.days", { n: Math.round(hours / 24) });
}

/** Wait so many ms, or until the signal aborts. */
export function later(signal, ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
