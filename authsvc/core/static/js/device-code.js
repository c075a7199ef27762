/** A device code on the page: digits and QR code (partials/device_code.html), followed until it is used, void or over. */
import { Problem, call } from "/static/js/api.js";
import { replaceView } from "/static/js/form.js";
import { startRing } from "/static/js/ring.js";
import { moment, pause } from "/static/js/texts.js";

const QUICK = 1500;
const REST = 2000;
let view = null;
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

/** Shows a code just made in the place of `begin`. */
export function showCode(order, begin) {
  view = document.getElementById("code");
  current?.stopRing();
  current = order;
  if (view.hidden) replaceView(begin, view);
  view.querySelector("[data-code]").textContent = order.code;
  const link = view.querySelector("[data-link]");
  if (link) link.href = order.qr_text;
  showPicture(order.qr_svg);
  view.querySelector("[data-until]").textContent = moment(order.expires_at);
  const ring = view.querySelector("[data-ring]");
  order.stopRing = startRing(ring, Number(ring.dataset.seconds), () => { if (order === current) showStatus("expired"); });
  showStatus("waiting");
}

/** Asks at `path` until the code is no longer waiting; every 2 s where the service answers at once. */
export async function followCode(order, path, onBound) {
  while (order === current && view.dataset.status === "waiting") {
    const begun = performance.now();
    let status = "waiting";
    let phone = null;
    try {
      ({ status, device_id: phone } = await call("GET", `${path}/${order.id}?wait=25`));
    } catch (fault) {
      if (!(fault instanceof Problem)) throw fault;
      if ([401, 403, 404, 410].includes(fault.status)) status = "expired";
      else await pause((fault.retryAfter ?? 2) * 1000);
    }
    if (order !== current) return;
    if (status !== view.dataset.status) showStatus(status);
    if (status === "used") await onBound(phone);
    if (performance.now() - begun < QUICK) await pause(REST);
  }
}
