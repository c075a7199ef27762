// A login that waits for its owner: what asks, three numbers, and two equally easy ways to say no.

import { scan } from "../api.js";
import * as clock from "../clock.js";
import { span, ticking } from "../countdown.js";
import { approve, deny } from "../decision.js";
import { h } from "../dom.js";
import { Unbound } from "../errors.js";
import { known, t, timeOfDay } from "../i18n.js";
import { button, factList, page, wordsFor } from "../page.js";

const RESCAN = ["login.rescan", "scan"];
const HOME = ["app.home", "home"];
const TIME_TO_DECIDE = 60_000; // ms from the scan; the service allows no more

/** Tell the service what was scanned, and show who asks. */
export function asking(app, { text }) {
  ask(app, text);
  return page({ mark: "wait", title: t("login.asking") });
}

/** Show who asks for what, and take the person's answer. */
export function decide(app, params) {
  const { order } = params;
  const left = h("p", { class: "left", testid: "login-left" });
  const choices = order.match_codes.map((number) => choice(number, () => answer(app, params, { number })));
  const no = (reason) =>
    button(t(`login.${reason}`), {
      testid: `login-${reason}`,
      onclick: () => answer(app, params, { reason }),
    });
  const body = [
    facts(order), // first what is asked, then the number that says yes to it
    h("div", { class: "numbers", role: "group", "aria-label": t("login.title") }, ...choices),
    left,
  ];
  count(app, params, left);
  const nodes = page({
    title: t("login.title"),
    lead: t("login.lead"),
    body,
    actions: [no("not_me"), no("cancel")],
  });
  nodes.at(-1).classList.add("pair");
  return nodes;
}

function choice(number, onclick) {
  const words = t("login.number", { number });
  return h(
    "button",
    {
      type: "button",
      class: "number",
      testid: "login-number",
      "data-number": number,
      "aria-label": words,
      onclick,
    },
    String(number),
  );
}

function facts(order) {
  const purpose = known(`login.purpose.${order.purpose}`)
    ? t(`login.purpose.${order.purpose}`)
    : order.purpose;
  const { portal, from, browser } = order;
  const shown = { portal, purpose, time: timeOfDay(order.requested_at), from, browser };
  return factList(Object.entries(shown).map(([name, value]) => [name, t(`login.${name}`), value]));
}

function count(app, params, left) {
  params.end ??= Math.min(Date.parse(params.order.expires_at) || Infinity, clock.now() + TIME_TO_DECIDE);
  ticking(app.signal, () => {
    const seconds = Math.ceil((params.end - clock.now()) / 1000);
    if (seconds > 0) left.textContent = t("time.left", { time: span(seconds) });
    else if (!params.answering) app.replace("result", ended("failed", "over"));
    return seconds > 0;
  });
}

async function ask(app, text) {
  const { signal } = app;
  try {
    const order = await scan(text);
    if (!signal.aborted) await app.replace("decide", { order, text });
  } catch (error) {
    if (!signal.aborted) await failed(app, error);
  }
}

async function answer(app, params, { number, reason }) {
  if (params.answering) return;
  params.answering = true;
  for (const pressed of document.querySelectorAll(".numbers button, .actions button"))
    pressed.disabled = true;
  try {
    const { order, text } = params;
    if (reason) await deny(order, text, reason === "cancel" ? "cancelled" : reason);
    else await approve(order, text, number);
    await app.replace("result", ended(reason ? "info" : "done", reason ?? "done"));
  } catch (error) {
    await failed(app, error);
  }
}

function ended(mark, how) {
  const ways = mark === "failed" ? { main: RESCAN, other: HOME } : { main: HOME };
  return { mark, title: `login.${how}.title`, lead: `login.${how}.lead`, ...ways };
}

function failed(app, error) {
  if (error instanceof Unbound) return app.replace("home");
  return app.replace("result", {
    mark: "failed",
    title: "login.failed.title",
    detail: wordsFor(error),
    main: RESCAN,
    other: HOME,
  });
}
