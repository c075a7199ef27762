/** QR login in this tab: order, picture, ring, states; on approval the session opens and the page goes on. */
import { Problem, call } from "/static/js/api.js";
import { handle, hideFault, replaceView, showFault, value, whileBusy } from "/static/js/form.js";
import { drawQr } from "/static/js/qrpicture.js";
import { startRing } from "/static/js/ring.js";
import { makeKey, proofOver, publicJwk } from "/static/qrlogin/js/browserkey.js";
import { follow, isFinal, isOver } from "/static/qrlogin/js/follow.js";
import { insist } from "/static/qrlogin/js/insist.js";
import { keepForReturn } from "/static/qrlogin/js/returning.js";

const FIRST_ROC_YEAR = 1911;
const form = document.getElementById("qr-login");
const view = document.getElementById("qr-waiting");
const link = view.querySelector("[data-link]");
const picture = link.querySelector("svg");
const ring = view.querySelector("[data-ring]");
const fault = view.querySelector("[data-waiting-fault]");
const receiptLine = view.querySelector("[data-receipt-line]");
const said = view.querySelector("[data-said]");
const NOT_FOUND = 404;
const PATIENCE = 5000; // ms that the service may be late to say that the time is over
let current = null;

/** ISO date from the three fields; years under 200 are years of the Republic. */
function birthDate() {
  const [year, month, day] = ["birth_year", "birth_month", "birth_day"].map((name) => Number(value(form, name)));
  const gregorian = year < 200 ? year + FIRST_ROC_YEAR : year;
  return [String(gregorian).padStart(4, "0"), String(month).padStart(2, "0"), String(day).padStart(2, "0")].join("-");
}

function typed() {
  const body = { national_id: value(form, "national_id").toUpperCase(), birth_date: birthDate() };
  if (form.elements.namedItem("appoint_managers").checked) {
    Object.assign(body, { appoint_managers: true, unit_code: value(form, "unit_code") });
  }
  return body;
}

/** The finest text that the page has for a state: by its reason, else by its step, else by its status. */
function keyOf({ status, step, reason, return_here: here }) {
  const wanted = [status === "approved" && here ? "approved-here" : `${status}-${reason}`, step, status];
  return wanted.find((key) => view.querySelector(`[data-for="${CSS.escape(key ?? "")}"]`));
}

function showState(told) {
  const { status } = told;
  Object.assign(view.dataset, { status, step: told.step ?? status });
  const key = keyOf(told);
  for (const line of view.querySelectorAll("[data-for]")) line.hidden = line.dataset.for !== key;
  for (const part of view.querySelectorAll("[data-while]")) part.hidden = !part.dataset.while.split(" ").includes(status);
  receiptLine.hidden = !told.receipt;
  receiptLine.querySelector("[data-receipt]").textContent = told.receipt ?? "";
  link.hidden = status !== "waiting" && status !== "scanned";
  link.toggleAttribute("data-dim", status !== "waiting");
  if (status !== "waiting") link.removeAttribute("href");
  const over = status === "failed" || (isFinal(status) && status !== "approved");
  view.querySelector("[data-regenerate]").hidden = status === "approved";
  view.querySelector("[data-regenerate]").classList.toggle("plain", !over);
  view.querySelector("[data-cancel]").hidden = status === "approved";
  if (over || status === "approved") current?.stopRing();
}

function showFrame({ text: content, typed_code: typedCode }) {
  drawQr(picture, content);
  link.href = content;
  view.querySelector("[data-typed-code]").textContent = typedCode;
}

function leave() {
  current?.abort.abort();
  current?.stopRing();
  current = null;
}

async function enter(order) {
  try {
    const proof = await proofOver(order.pair, order.id);
    await insist(() => call("POST", "/sessions/qr", { order_id: order.id, browser_proof: proof }));
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    notEntered(refusal);
    return;
  }
  window.location.assign(value(form, "next"));
}

/** Says why nobody got in. An approved order that is not known here any more was collected: its answer went astray. */
function notEntered(refusal) {
  if (refusal.code === "order_expired") return showState({ status: "expired", reason: "uncollected" });
  if (refusal.status === NOT_FOUND) return showState({ status: "used" });
  showState({ status: "failed" });
  return showFault(fault, refusal);
}

/** Says that the new codes are over only where the service says so; whatever else went wrong is told as what it was. */
function notRenewed(refusal) {
  if (refusal.code === "order_not_renewed") {
    showState({ status: "expired", step: "expired", reason: "unscanned" });
    return;
  }
  showState({ status: "failed" });
  showFault(fault, refusal);
}

/** Shows the order that follows one that nobody scanned, in the same place and without a word; when none does, says why. */
async function succeed(order) {
  let answer;
  try {
    answer = await insist(() => call("POST", `/qr-logins/${order.id}/successors`), order.abort.signal);
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    if (order === current) notRenewed(refusal);
    return;
  }
  if (order === current) put({ ...answer, pair: order.pair });
  else await drop(answer);
}

function hearing(order) {
  return {
    frame: (drawn) => {
      if (order === current && view.dataset.status === "waiting") showFrame(drawn);
    },
    told: (told) => {
      if (order !== current || order.over) return;
      order.over = isOver(told);
      if (told.status === "expired" && told.reason === "unscanned") {
        succeed(order);
        return;
      }
      const before = view.dataset.status;
      showState(told);
      if (told.status === "approved" && before !== "approved" && !told.return_here) enter(order);
      if (told.status === "used" && told.return_here) window.location.assign(value(form, "next"));
    },
  };
}

/** Puts an order into the view, in the place of the one before it. */
function put(answer) {
  leave();
  const order = { ...answer, over: false, abort: new AbortController(), stopRing: () => {} };
  current = order;
  view.querySelector("[data-match]").textContent = order.match_code;
  showState({ status: "waiting", step: "waiting" });
  showFrame({ text: order.frame.text, typed_code: order.typed_code });
  order.stopRing = startRing(ring, Number(ring.dataset.seconds), () => setTimeout(() => {
    if (order === current && !order.over) showState({ status: "expired", step: "expired" }); // nothing was heard any more
  }, PATIENCE));
  follow(order, hearing(order), order.abort.signal);
}

function show(answer) {
  hideFault(fault);
  const pressed = view.contains(document.activeElement); // the button for a new code: it stays where it is
  if (pressed) [form.hidden, view.hidden] = [true, false];
  else replaceView(form, view);
  put(answer);
}

async function begin() {
  leave();
  const pair = await makeKey();
  let answer;
  try {
    answer = await call("POST", "/qr-logins", { ...typed(), browser_key: await publicJwk(pair) });
  } catch (refusal) {
    if (refusal.errors?.birth_date) refusal.errors.birth_year = refusal.errors.birth_date;
    delete refusal.errors?.birth_date;
    throw refusal;
  }
  show({ ...answer, pair });
}

async function regenerate() {
  try {
    await begin();
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    showState({ status: "failed" });
    showFault(fault, refusal);
  }
}

async function drop(order) {
  await call("DELETE", `/qr-logins/${order.id}`).catch((refusal) => {
    if (!(refusal instanceof Problem)) throw refusal; // an order that is over already needs no cancelling
  });
}

/** On this very phone the app takes over, perhaps in this tab: the key waits for the page that comes back. */
async function openApp(event) {
  event.preventDefault();
  const order = current;
  if (!order || !link.href) return;
  try {
    await keepForReturn(order.id, { pair: order.pair, next: value(form, "next") });
  } catch {
    cannotTap(); // a browser that keeps nothing: nobody could come back to it
    return;
  }
  window.location.assign(`${link.href}.here`);
}

/** Says that the link leads nowhere in this browser, and opens the code to type in its place. */
function cannotTap() {
  view.querySelector("[data-typed]").open = true;
  view.querySelector("[data-untappable]").hidden = false;
}

/** Reads the code out, symbol by symbol, to whoever hears the page. */
function say() {
  const code = view.querySelector("[data-typed-code]").textContent;
  said.textContent = "";
  setTimeout(() => { said.textContent = [...code.replace("-", ",")].join(" "); }, 50);
}

async function cancel() {
  const order = current;
  leave();
  view.hidden = true;
  form.hidden = false;
  form.elements.namedItem("national_id").focus();
  if (order) await drop(order);
}

for (const [selector, work] of [["[data-regenerate]", regenerate], ["[data-cancel]", cancel]]) {
  const button = view.querySelector(selector);
  button.addEventListener("click", () => whileBusy(button, work));
}
link.addEventListener("click", openApp);
view.querySelector("[data-say]").addEventListener("click", say);
handle(form, begin);
