/** The way back from the app: cookie, tab key, the order and what the phone was given must all fit together. */
import { Problem, call } from "/static/js/api.js";
import { showFault } from "/static/js/form.js";
import { proofOver } from "/static/qrlogin/js/browserkey.js";
import { insist, isPassing } from "/static/qrlogin/js/insist.js";
import { forgetReturn, keptForReturn } from "/static/qrlogin/js/returning.js";

const view = document.getElementById("qr-return");

function show(state) {
  view.dataset.state = state;
  for (const part of view.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== state;
  view.querySelector("[data-again]").hidden = state === "working";
}

/** What this browser kept for the order; a browser that keeps nothing is another browser. */
async function recall(orderId) {
  try {
    return await keptForReturn(orderId);
  } catch {
    return undefined;
  }
}

/** The key goes when the login is decided, never on a mere fault of the way; one that cannot go is too old in minutes. */
const forget = () => forgetReturn().catch(() => {});

async function comeBack([orderId, value]) {
  const kept = orderId && value ? await recall(orderId) : undefined;
  if (!kept) {
    show("elsewhere");
    return;
  }
  try {
    const proof = await proofOver(kept.pair, orderId);
    await insist(() => call("POST", "/sessions/qr", { order_id: orderId, browser_proof: proof, return_value: value }));
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    if (!isPassing(refusal)) await forget();
    show(refusal.status === 404 ? "elsewhere" : "failed");
    if (refusal.status !== 404) showFault(view.querySelector("[data-fault]"), refusal);
    return;
  }
  await forget();
  window.location.replace(kept.next ?? "/me");
}

const brought = window.location.hash.slice(1).split(".");
window.history.replaceState(null, "", window.location.pathname); // what was brought leaves the address bar at once
comeBack(brought);
