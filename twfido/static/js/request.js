/** One request to TW FidO as the page shows it, followed until it ends; on approval the session opens and the page goes on. */
import { Problem, call } from "/static/js/api.js";
import { showFault } from "/static/js/form.js";
import { drawQr } from "/static/js/qrpicture.js";
import { startRing } from "/static/js/ring.js";

const NOT_FOUND = 404;
const TRIES = 6; // to go on, where the answer is lost on its way
const TRY_AGAIN = 2000; // ms

/** The query by which the app's link leads back to this login and on to where the person was going. */
export const wayBack = (next) => new URLSearchParams({ next });

/** Shows how a request stands; parts are picked by its status and its mode. */
export function show(view, told) {
  const { status, mode } = told;
  view.dataset.status = status;
  for (const line of view.querySelectorAll("[data-for]")) line.hidden = line.dataset.for !== status;
  for (const part of view.querySelectorAll("[data-while]")) {
    part.hidden = part.dataset.while !== status || (part.dataset.mode ?? mode) !== mode;
  }
  view.querySelector("[data-text]").textContent = told.text ?? "";
  view.querySelector("[data-number]").textContent = told.number ?? "";
  view.querySelector("[data-number-line]").hidden = !told.number;
  for (const part of view.querySelectorAll("[data-again]")) part.hidden = status === "waiting" || status === "approved";
  if (status === "waiting" && told.app_link) view.querySelector("[data-link]").href = told.app_link;
}

/** Draws what the phone is to scan. */
export function draw(view, told) {
  const picture = view.querySelector(".qr-box svg");
  if (told.qr_text && picture) drawQr(picture, told.qr_text);
}

/** Waits, but not longer than until somebody looks at the page again: on a phone they come back from the app. */
function rest(milliseconds, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      resolve();
    };
    const seen = () => { if (document.visibilityState === "visible") done(); };
    const timer = setTimeout(done, milliseconds);
    document.addEventListener("visibilitychange", seen);
    signal.addEventListener("abort", done, { once: true });
  });
}

const isPassing = (fault) => fault.status === 0 || fault.status === 429 || fault.status >= 500;

/**
 * Whether this request let this browser in, through another tab of it. "Used" is told to the cookie of the very session that
 * came of it; that there is a session says nothing, for whoever logs in once more for a next step has their older one.
 */
const isInside = (id) => Promise.all([call("GET", `/twfido-logins/${id}`), call("GET", "/sessions/current")])
  .then(([told]) => told.status === "used", () => false);

async function enter(view, request) {
  for (let tries = 1; ; tries += 1) {
    try {
      await call("POST", "/sessions/twfido", { login_id: request.id });
      break;
    } catch (refusal) {
      if (!(refusal instanceof Problem)) throw refusal;
      if (await isInside(request.id)) break;
      if (isPassing(refusal) && tries < TRIES) {
        await rest(TRY_AGAIN, request.signal);
        continue;
      }
      show(view, { status: "failed", mode: request.mode });
      showFault(view.querySelector("[data-waiting-fault]"), refusal);
      return;
    }
  }
  window.location.assign(request.next);
}

/** Asks how the request stands until it ends, and goes on once it is approved. `request`: {id, mode, next, pollAfter, signal}. */
export async function follow(view, request) {
  for (;;) {
    let told = null;
    try {
      told = await call("GET", `/twfido-logins/${request.id}?${wayBack(request.next)}`, undefined, { signal: request.signal });
    } catch (fault) {
      if (request.signal.aborted) return;
      if (!(fault instanceof Problem)) throw fault;
      if (fault.status === NOT_FOUND) {
        show(view, { status: "expired", mode: request.mode });
        return;
      }
      if (!isPassing(fault)) throw fault;
    }
    if (request.signal.aborted) return;
    if (told) show(view, told);
    if (told?.status === "approved") {
      await enter(view, request);
      return;
    }
    if (told?.status === "used" && (await isInside(request.id))) {
      window.location.assign(request.next);
      return;
    }
    if (told && told.status !== "waiting") return;
    await rest((told?.poll_after ?? request.pollAfter) * 1000, request.signal);
    if (request.signal.aborted) return;
  }
}

/** Starts the ring of a request; returns what stops it. */
export const ring = (view, seconds) => startRing(view.querySelector("[data-ring]"), seconds);
