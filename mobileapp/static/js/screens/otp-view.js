// What is seen of a one-time code: the code, the ring of what truly remains, and each state in its words.

import * as clock from "../clock.js";
import { ring, roughly, span, ticking } from "../countdown.js";
import { h } from "../dom.js";
import { t, timeOfMinute } from "../i18n.js";
import { endOf, nextIn, stateOf } from "../otp.js";
import { button, notice } from "../page.js";

const SOON = 30; // seconds left that are said aloud

/** Return `{rules, body, actions, update}` of a shown code; it counts down by itself until the screen is left. */
export function codeView(app, params, rules) {
  const shown = h("span", { "aria-hidden": "true", testid: "otp-code" });
  const spoken = h("span", { class: "unseen", testid: "otp-spoken" });
  const left = h("p", { class: "left", testid: "otp-left" });
  const view = { app, params, rules, shown, spoken, left, said: new Set() };
  view.lead = h("p", { class: "lead", testid: "otp-lead" });
  view.circle = ring(h("p", { class: "code" }, shown, spoken), left);
  view.brake = notice("otp-brake");
  view.clock = h("p", { class: "hint warning", testid: "otp-clock", hidden: true });
  view.next = button(t("otp.next"), { testid: "otp-new", onclick: () => another(app, params) });
  view.scan = button(t("otp.scan"), { kind: "main", sign: "scan", testid: "otp-scan", onclick: () => app.go("scan") });
  view.tag = rules.page_tag === "offered" && !params.tag && tagButton(app);
  view.update = () => update(view);
  const warning = h("p", { class: "hint warning" }, t("otp.warn"));
  view.body = [view.brake.node, view.lead, view.circle.node, view.clock, warning];
  view.actions = [view.scan, view.next, view.tag].filter(Boolean);
  ticking(app.signal, view.update);
  return view;
}

function another(app, { tag }) {
  return app.replace("otp", { tag });
}

function tagButton(app) {
  const asks = () => app.replace("otp", { asks: true });
  return button(t("otp.tag.ask"), { kind: "quiet", testid: "otp-tied", onclick: asks });
}

function update(view) {
  const { params, rules } = view;
  const at = clock.now();
  const { step, text } = params.shown;
  const state = stateOf(step, at, rules, params.standing?.last_used_step ?? null);
  const seconds = Math.max(0, Math.ceil((endOf(step, rules) - at) / 1000));
  const live = state === "live";
  view.circle.node.dataset.state = state;
  view.circle.node.classList.toggle("over", !live);
  view.circle.show(live ? seconds / rules.valid_for : 0);
  write(view.shown, live || state === "used" ? text : "—");
  write(view.spoken, live ? aloud(text) : "");
  write(view.left, live ? t("time.left", { time: span(seconds) }) : t(`otp.${state}`));
  const wait = nextIn(step, at, rules);
  write(view.lead, live ? liveLead(params) : t(state === "used" && wait > 0 ? "otp.used.wait" : `otp.${state}.lead`));
  dressNext(view, state, wait);
  showBrake(view, at);
  showClock(view);
  tell(view, state, seconds);
  return true;
}

function liveLead({ tag }) {
  return tag ? t("otp.live.tied", { tag }) : t("otp.live");
}

/** Say aloud what is new: the code at first, that little time is left, and how it ended. */
function tell(view, state, seconds) {
  const { app, params, said } = view;
  const soon = state === "live" && seconds <= SOON && said.size > 0;
  const news = soon ? "soon" : state;
  if (said.has(news)) return;
  said.add(news);
  const time = span(seconds);
  if (soon) app.announce(t("otp.soon", { time }));
  else if (state === "live") app.announce(t("otp.spoken", { code: aloud(params.shown.text), time }));
  else app.announce(view.lead.textContent);
}

function aloud(text) {
  return text.replace(" ", ",").split("").join(" ").replace(" ,", ",");
}

function dressNext({ next, params }, state, wait) {
  const kind = state === "live" || braked(params) ? "quiet" : "main";
  if (!next.classList.contains(kind)) next.className = `button next ${kind}`;
  next.disabled = wait > 0;
  const fresh = state === "live" ? t("otp.next") : t("otp.new");
  write(next.querySelector("span"), wait > 0 ? t("otp.next.in", { time: span(wait) }) : fresh);
}

function braked({ standing }) {
  return standing?.typed_codes === "closed" || standing?.typed_codes === "paused";
}

function showBrake({ brake, params, scan }, at) {
  const { standing } = params;
  const until = Date.parse(standing?.open_at ?? "");
  const paused = standing?.typed_codes === "paused" && until > at;
  scan.hidden = !(paused || standing?.typed_codes === "closed");
  const words = paused ? t("otp.paused", { until: timeOfMinute(until + 59_999) }) : t("otp.closed");
  if (scan.hidden) brake.say("");
  else if (brake.node.textContent !== words) brake.say(words);
}

function showClock({ clock: line, params }) {
  const words = clockWords() ?? (params.offline ? t("otp.offline") : "");
  line.hidden = words === "";
  write(line, words);
}

function clockWords() {
  const trouble = clock.trouble();
  if (trouble === null) return null;
  const time = roughly(Math.abs(trouble.ms));
  if (trouble.name === "turned") return t("otp.clock.turned");
  if (trouble.name === "old") return t("otp.clock.old", { time });
  return trouble.ms > 0 ? t("otp.clock.fast", { time }) : t("otp.clock.slow", { time });
}

/** Write only what changed: a text that is written anew is read anew. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
