// Starts the app: which screen an address opens, how screens follow each other, and the bar above them.

import * as clock from "./clock.js";
import { destination } from "./destination.js";
import { h, icon } from "./dom.js";
import { askWith } from "./gate.js";
import { LANGUAGES, language, speak, t } from "./i18n.js";
import { page } from "./page.js";
import { bind } from "./screens/bind.js";
import { freeze } from "./screens/freeze.js";
import { home, welcome } from "./screens/home.js";
import { newKeys, newPin } from "./screens/keys.js";
import { asking, decide } from "./screens/login.js";
import { move, rename } from "./screens/move.js";
import { otp } from "./screens/otp.js";
import { numberAccount, numberBack } from "./screens/phone-answer.js";
import { numberGo, viaPhone } from "./screens/phone-number.js";
import { numberRefused, numberWays } from "./screens/phone-refused.js";
import { confirm, phone, phones } from "./screens/phones.js";
import { receipts } from "./screens/receipts.js";
import { result } from "./screens/result.js";
import { scan } from "./screens/scan.js";
import { secure } from "./screens/secure.js";
import { typed } from "./screens/typed.js";
import { askUnlock } from "./screens/unlock.js";
import { answerIn, isAnswered } from "./verification.js";

const SCREENS = {
  ...{ asking, bind, confirm, decide, home, move, otp, phone, phones },
  ...{ rename, result, scan, secure, viaPhone, welcome },
  ...{ freeze, receipts, typed },
  ...{ newKeys, newPin },
  ...{ numberAccount, numberBack, numberGo, numberRefused, numberWays },
};
const HOME = "/app/";

// What each step of the browser's history showed. It is not kept in the history itself, for it may hold a secret.
const visits = [];
let position = 0;
let leaving = new AbortController();

// What a screen may do. Each screen gets its own signal, which aborts when the screen is left.
function appFor(signal) {
  return { signal, screens: SCREENS, go, replace, back, home: () => go("home"), announce };
}

async function go(screen, params = {}) {
  position += 1;
  visits.length = position;
  visits.push({ screen, params });
  history.pushState({ position }, "", HOME);
  await show();
}

async function replace(screen, params = {}) {
  visits[position] = { screen, params };
  await show();
}

function back() {
  if (position > 0) history.back();
  else replace("home");
}

async function show({ focus = true } = {}) {
  leaving.abort();
  const mine = (leaving = new AbortController());
  const { screen, params } = visits[position];
  const nodes = await SCREENS[screen](appFor(mine.signal), params);
  if (mine.signal.aborted) return; // another screen was opened meanwhile
  const place = document.getElementById("screen");
  place.dataset.screen = screen;
  place.replaceChildren(...nodes);
  drawBar(screen);
  const heading = place.querySelector("h1");
  document.title = `${heading.textContent} · ${t("app.name")}`;
  globalThis.scrollTo(0, 0);
  if (focus) heading.focus({ preventScroll: true });
}

function drawBar(screen) {
  const name = h("span", { class: "brand" }, t("app.name"));
  const start = screen === "home" || screen === "asking" ? name : backButton();
  const other = LANGUAGES.find((one) => one !== language());
  const change = h(
    "button",
    { type: "button", class: "language", lang: other, testid: "language", onclick: () => changeTo(other) },
    t("app.other"),
  );
  document.getElementById("bar").replaceChildren(start, change);
}

function backButton() {
  return h(
    "button",
    { type: "button", class: "back", testid: "back", onclick: back },
    icon("back"),
    t("app.back"),
  );
}

async function changeTo(other) {
  speak(other);
  document.documentElement.lang = other;
  await show({ focus: false });
  document.querySelector("[data-testid=language]").focus();
}

function announce(text) {
  document.getElementById("live").textContent = text;
}

async function openingScreen({ pathname, href, searchParams }) {
  const answer = pathname === "/app/phone" && answerIn(searchParams);
  if (answer) return { screen: "numberBack", params: { answer } };
  if (pathname === "/app/phone" || (pathname === HOME && (await isAnswered())))
    return { screen: "viaPhone", params: {} };
  if (pathname !== "/app/b" && pathname !== "/app/q") return { screen: "home", params: {} };
  return (await destination(href)) ?? { screen: "home", params: {} };
}

function unfit() {
  const nodes = page({ mark: "failed", title: t("unfit.title"), lead: t("unfit.lead") });
  document.getElementById("screen").replaceChildren(...nodes);
}

async function start() {
  document.documentElement.lang = language();
  const address = new URL(location.href);
  history.replaceState({ position }, "", HOME); // what a link carries leaves the address bar at once
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle || !globalThis.indexedDB || !navigator.locks)
    return unfit();
  askWith(askUnlock);
  await clock.wake();
  const opening = await openingScreen(address);
  visits.push(opening);
  addEventListener("popstate", (event) => {
    position = Math.min(event.state?.position ?? 0, visits.length - 1);
    show();
  });
  await show({ focus: opening.screen !== "home" });
  await navigator.serviceWorker?.register("/app/sw.js", { scope: HOME });
}

await start();
