/** TW FidO in this tab: a request, its picture or its link, the ring, new ones, and the way on. */
import { Problem, call } from "/static/js/api.js";
import { handle, hideFault, replaceView, showFault, value, whileBusy } from "/static/js/form.js";
import { draw, follow, ring, show, wayBack } from "/static/twfido/js/request.js";

const FIRST_ROC_YEAR = 1911;
const form = document.getElementById("twfido-login");
const view = document.getElementById("twfido-waiting");
const fault = view.querySelector("[data-waiting-fault]");
const regenerate = view.querySelector("[data-regenerate]");
const cancel = view.querySelector("[data-cancel]");
const pad = (number, length = 2) => String(number).padStart(length, "0");
let mode = "scan";
let current = null;

/** ISO date from the three fields; years under 200 are years of the Republic. */
function birthDate() {
  const [year, month, day] = ["birth_year", "birth_month", "birth_day"].map((name) => Number(value(form, name)));
  return [pad(year < 200 ? year + FIRST_ROC_YEAR : year, 4), pad(month), pad(day)].join("-");
}

function typed() {
  const body = { national_id: value(form, "national_id").toUpperCase(), birth_date: birthDate(), mode };
  if (form.elements.namedItem("appoint_managers").checked) {
    Object.assign(body, { appoint_managers: true, unit_code: value(form, "unit_code") });
  }
  return body;
}

/** Shows the buttons that fit a state. */
function tellButtons(status) {
  const waits = status === "waiting";
  for (const button of view.querySelectorAll("[data-switch]")) button.hidden = !waits || button.dataset.switch === mode;
  for (const label of regenerate.querySelectorAll("[data-when]")) label.hidden = label.dataset.when !== mode;
  regenerate.hidden = status === "approved";
  regenerate.classList.toggle("plain", waits);
  cancel.hidden = status === "approved";
  if (!waits) current?.stopRing();
}

new MutationObserver(() => tellButtons(view.dataset.status)).observe(view, { attributeFilter: ["data-status"] });

function leave() {
  current?.abort.abort();
  current?.stopRing();
  current = null;
}

async function begin() {
  leave();
  let told;
  try {
    told = await call("POST", `/twfido-logins?${wayBack(value(form, "next"))}`, typed());
  } catch (refusal) {
    if (refusal.errors?.birth_date) refusal.errors.birth_year = refusal.errors.birth_date;
    delete refusal.errors?.birth_date;
    throw refusal;
  }
  hideFault(fault);
  const abort = new AbortController();
  current = { id: told.id, abort, stopRing: ring(view, told.seconds_left) };
  draw(view, told);
  show(view, told);
  tellButtons(told.status);
  if (view.hidden) replaceView(form, view);
  // Not waited for: the button that began it is no longer busy.
  follow(view, { id: told.id, mode, next: value(form, "next"), pollAfter: told.poll_after, signal: abort.signal });
}

async function again() {
  try {
    await begin();
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    show(view, { status: "failed", mode });
    showFault(fault, refusal);
  }
}

async function drop() {
  const { id } = current ?? {};
  leave();
  view.hidden = true;
  form.hidden = false;
  form.elements.namedItem("national_id").focus();
  if (!id) return;
  await call("DELETE", `/twfido-logins/${id}`).catch((refusal) => {
    if (!(refusal instanceof Problem)) throw refusal; // one that is over needs no cancelling
  });
}

form.addEventListener("submit", (event) => { mode = event.submitter?.value || "scan"; });
handle(form, begin);
regenerate.addEventListener("click", () => whileBusy(regenerate, again));
cancel.addEventListener("click", () => whileBusy(cancel, drop));
for (const button of view.querySelectorAll("[data-switch]")) {
  button.addEventListener("click", () => {
    mode = button.dataset.switch;
    whileBusy(button, again);
  });
}
