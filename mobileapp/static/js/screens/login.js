// A login that waits for its owner: what asks, three numbers, and two equally easy ways to say no.

import { noteAsked, scan } from "../api.js";
import * as clock from "../clock.js";
import { span, ticking } from "../countdown.js";
import { approve, deny } from "../decision.js";
import { h } from "../dom.js";
import { Locked, Offline, Refusal, Unbound } from "../errors.js";
import { known, t, timeOfDay } from "../i18n.js";
import { button, factList, page, wordsFor } from "../page.js";
import { keepReceipt } from "../receipts.js";

const RESCAN = ["login.rescan", "scan"];
const RETYPE = ["login.retype", "typed"];
const HOME = ["app.home", "home"];
const TIME_TO_DECIDE = 60_000; // ms from the scan; the service allows no more

/** Tell the service what was scanned or typed, and show who asks. */
export function asking(app, { scanned }) {
  ask(app, scanned);
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
    lead: t(params.locked ? "trouble.locked" : "login.lead"),
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
    else if (!params.answering) app.replace("result", ended("failed", "over", again(params.scanned)));
    return seconds > 0;
  });
}

async function ask(app, scanned) {
  const { signal } = app;
  try {
    const order = await scan(scanned);
    if (signal.aborted) return;
    await app.replace("decide", { order, scanned });
    await noteAsked(order.id).catch(ignored); // the page then says what the phone shows; the login does not need it
  } catch (error) {
    if (!signal.aborted) await failed(app, error, again(scanned));
  }
}

function ignored(error) {
  if (!(error instanceof Refusal || error instanceof Offline)) throw error;
}

async function answer(app, params, { number, reason }) {
  if (params.answering) return;
  params.answering = true;
  for (const pressed of document.querySelectorAll(".numbers button, .actions button"))
    pressed.disabled = true;
  try {
    const { order, scanned } = params;
    if (reason) await deny(order, scanned.text, reason === "cancel" ? "cancelled" : reason);
    const end = reason ? ended("info", reason) : await approved(order, await approve(order, scanned.text, number));
    await app.replace("result", end);
  } catch (error) {
    if (error instanceof Locked) await askAgain(app, params);
    else await failed(app, error, again(params.scanned));
  }
}

async function approved(order, receipt) {
  await keepReceipt({ receipt, at: order.requested_at, from: order.from, browser: order.browser });
  const how = { ...ended("done", "done"), facts: { "login.receipt": receipt }, other: ["receipts.title", "receipts"] };
  if (!order.return_to) return how;
  return { ...how, lead: "login.done.here", leave: { label: "login.back", href: order.return_to } };
}

// Nothing was sent: the same question once more, while there is time.
async function askAgain(app, params) {
  params.answering = false;
  params.locked = true;
  if (!app.signal.aborted) await app.replace("decide", params);
}

// How the same login is tried once more: as it was tried.
function again(scanned) {
  return scanned.code ? RETYPE : RESCAN;
}

function ended(mark, how, retry = RESCAN) {
  const ways = mark === "failed" ? { main: retry, other: HOME } : { main: HOME };
  if (how === "not_me") Object.assign(ways, { main: ["login.freeze", "freeze"], other: HOME });
  return { mark, title: `login.${how}.title`, lead: `login.${how}.lead`, ...ways };
}

function failed(app, error, retry) {
  if (error instanceof Unbound) return app.replace("home");
  return app.replace("result", {
    mark: "failed",
    title: "login.failed.title",
    detail: wordsFor(error),
    main: retry,
    other: HOME,
  });
}
