/** QR login in this tab: order, picture, ring, states; on approval the session opens and the page goes on. */
import { Problem, call } from "/static/js/api.js";
import { handle, hideFault, showFault, value, whileBusy } from "/static/js/form.js";
import { drawQr } from "/static/js/qrpicture.js";
import { startRing } from "/static/js/ring.js";
import { makeKey, proofOver, publicJwk } from "/static/qrlogin/js/browserkey.js";
import { follow, isFinal } from "/static/qrlogin/js/follow.js";

const FIRST_ROC_YEAR = 1911;
const form = document.getElementById("qr-login");
const view = document.getElementById("qr-waiting");
const link = view.querySelector("[data-link]");
const picture = link.querySelector("svg");
const ring = view.querySelector("[data-ring]");
const fault = view.querySelector("[data-waiting-fault]");
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

function showStatus(status) {
  view.dataset.status = status;
  for (const line of view.querySelectorAll("[data-for]")) line.hidden = line.dataset.for !== status;
  link.toggleAttribute("data-dim", status !== "waiting");
  if (status !== "waiting") link.removeAttribute("href");
  const over = status === "failed" || (isFinal(status) && status !== "approved");
  view.querySelector("[data-regenerate]").classList.toggle("plain", !over);
  if (over || status === "approved") current?.stopRing();
}

function showFrame(content) {
  drawQr(picture, content);
  link.href = content;
}

function leave() {
  current?.abort.abort();
  current?.stopRing();
  current = null;
}

async function enter(order) {
  try {
    const proof = await proofOver(order.pair, order.id);
    await call("POST", "/sessions/qr", { order_id: order.id, browser_proof: proof });
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    showStatus("failed");
    showFault(fault, refusal);
    return;
  }
  window.location.assign(value(form, "next"));
}

function hearing(order) {
  return {
    frame: (content) => {
      if (order === current && view.dataset.status === "waiting") showFrame(content);
    },
    status: (status) => {
      if (order !== current || status === view.dataset.status) return;
      showStatus(status);
      if (status === "approved") enter(order);
    },
  };
}

function show(order) {
  hideFault(fault);
  form.hidden = true;
  view.hidden = false;
  view.querySelector("[data-match]").textContent = order.match_code;
  current = order;
  showStatus("waiting");
  showFrame(order.frame.text);
  order.stopRing = startRing(ring, Number(ring.dataset.seconds), () => {
    if (order === current && !isFinal(view.dataset.status)) showStatus("expired");
  });
  follow(order, hearing(order), order.abort.signal);
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
  show({ ...answer, pair, abort: new AbortController(), stopRing: () => {} });
}

async function regenerate() {
  try {
    await begin();
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    showStatus("failed");
    showFault(fault, refusal);
  }
}

async function cancel() {
  const order = current;
  leave();
  view.hidden = true;
  form.hidden = false;
  form.elements.namedItem("national_id").focus();
  if (!order) return;
  await call("DELETE", `/qr-logins/${order.id}`).catch((refusal) => {
    if (!(refusal instanceof Problem)) throw refusal; // an order that is over already needs no cancelling
  });
}

for (const [selector, work] of [["[data-regenerate]", regenerate], ["[data-cancel]", cancel]]) {
  const button = view.querySelector(selector);
  button.addEventListener("click", () => whileBusy(button, work));
}
handle(form, begin);
