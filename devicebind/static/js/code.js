/** The device code: made, shown as digits and QR code, followed until it is used, void or over. */
import { Problem, call } from "/static/js/api.js";
import { hideFault, showFault, whileBusy } from "/static/js/form.js";
import { startRing } from "/static/js/ring.js";
import { pause } from "/static/js/texts.js";

const QUICK = 1500;
const REST = 2000;
const view = document.getElementById("code");
const begin = document.getElementById("begin");
const stepUp = document.getElementById("step-up");
const limit = document.getElementById("limit-reached");
let current = null;

function showStatus(status) {
  view.dataset.status = status;
  for (const line of view.querySelectorAll("[data-for]")) line.hidden = line.dataset.for !== status;
  view.querySelector("[data-live]").hidden = status !== "waiting";
  if (status !== "waiting") current?.stopRing();
}

/** The service's own SVG, parsed and not written as markup: nothing in it can run. */
function showPicture(svg) {
  const picture = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  view.querySelector("[data-qr]").replaceChildren(document.importNode(picture, true));
}

function show(order) {
  current?.stopRing();
  current = order;
  begin.hidden = true;
  view.hidden = false;
  view.querySelector("[data-code]").textContent = order.code;
  view.querySelector("[data-link]").href = order.qr_text;
  showPicture(order.qr_svg);
  const ring = view.querySelector("[data-ring]");
  order.stopRing = startRing(ring, Number(ring.dataset.seconds), () => { if (order === current) showStatus("expired"); });
  showStatus("waiting");
}

/** Asks until the code is no longer waiting; every 2 s where the service answers at once. */
async function followCode(order, onBound) {
  while (order === current && view.dataset.status === "waiting") {
    const begun = performance.now();
    let status = "waiting";
    try {
      ({ status } = await call("GET", `/device-codes/${order.id}?wait=25`));
    } catch (fault) {
      if (!(fault instanceof Problem)) throw fault;
      if ([401, 403, 404, 410].includes(fault.status)) status = "expired";
      else await pause((fault.retryAfter ?? 2) * 1000);
    }
    if (order !== current) return;
    if (status !== view.dataset.status) showStatus(status);
    if (status === "used") await onBound();
    if (performance.now() - begun < QUICK) await pause(REST);
  }
}

function refused(refusal, fault) {
  if (!(refusal instanceof Problem)) throw refusal;
  if (refusal.code === "step_up_required" || refusal.status === 401) stepUp.hidden = false;
  else if (refusal.code === "device_limit_reached") limit.hidden = false;
  else showFault(fault, refusal);
}

/** Wires the buttons; `onBound` runs when a phone has used the code, `fault` is the page's box. */
export function watchCodes({ onBound, fault }) {
  const generate = async () => {
    hideFault(fault);
    stepUp.hidden = true;
    limit.hidden = true;
    try {
      const order = await call("POST", "/device-codes");
      show(order);
      followCode(order, onBound);
    } catch (refusal) {
      refused(refusal, fault);
    }
  };
  for (const id of ["generate", "regenerate"]) {
    const button = document.getElementById(id);
    button.addEventListener("click", () => whileBusy(button, generate));
  }
}
