/** The way back from the app: cookie, tab key, the order and what the phone was given must all fit together. */
import { Problem, call } from "/static/js/api.js";
import { showFault } from "/static/js/form.js";
import { proofOver } from "/static/qrlogin/js/browserkey.js";
import { takeForReturn } from "/static/qrlogin/js/returning.js";

const view = document.getElementById("qr-return");

function show(state) {
  view.dataset.state = state;
  for (const part of view.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== state;
  view.querySelector("[data-again]").hidden = state === "working";
}

async function comeBack([orderId, value]) {
  const kept = orderId && value ? await takeForReturn(orderId) : undefined;
  if (!kept) {
    show("elsewhere");
    return;
  }
  try {
    const proof = await proofOver(kept.pair, orderId);
    await call("POST", "/sessions/qr", { order_id: orderId, browser_proof: proof, return_value: value });
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    show(refusal.status === 404 ? "elsewhere" : "failed");
    if (refusal.status !== 404) showFault(view.querySelector("[data-fault]"), refusal);
    return;
  }
  window.location.replace(kept.next ?? "/me");
}

const brought = window.location.hash.slice(1).split(".");
window.history.replaceState(null, "", window.location.pathname); // what was brought leaves the address bar at once
comeBack(brought);
