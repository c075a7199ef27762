/** What proves the person in registration and reset: health card and household data, or health card and chip ARC. */
import { CardFault, proveCard, requireCard } from "/static/js/card.js";
import { hideFault, showFault, value } from "/static/js/form.js";
import { pause, text } from "/static/js/texts.js";

const PARTS = ["number", "county", "district", "village", "neighbourhood"];
const HOUSEHOLD_NUMBER = /^[A-Z][0-9]{7}$/;

const PROOF_LIFE = 100_000; // ms: the service takes it for 120 s
const MAYBE_UNUSED = ["network", "invalid", "too_many_requests", "malformed", "too_large"];
let kept = null;

/** Forgets the reading that is kept: another card was read since. */
export function forgetReading() {
  kept = null;
}

export const isResident = (form) => form.elements.namedItem("is_resident").checked;

function household(form) {
  const parts = Object.fromEntries(PARTS.map((part) => [part, value(form, `household.${part}`) ?? ""]));
  parts.number = parts.number.toUpperCase();
  return parts;
}

/** Field errors of the household data; none for foreign residents. */
export function householdErrors(form) {
  if (isResident(form)) return {};
  const parts = household(form);
  const errors = Object.fromEntries(PARTS.filter((part) => parts[part] === "").map((part) => [`household.${part}`, text("required")]));
  if (parts.number !== "" && !HOUSEHOLD_NUMBER.test(parts.number)) errors["household.number"] = text("household-number-form");
  return errors;
}

/** Resolves when the chip ARC is in the reader; rejects with an AbortError when the person gives up. */
function swapCards() {
  const dialog = document.getElementById("swap-card");
  const box = dialog.querySelector("[data-fault]");
  hideFault(box);
  dialog.showModal();
  return new Promise((resolve, reject) => {
    const stop = (settle, outcome) => {
      dialog.close();
      settle(outcome);
    };
    const look = async (silent) => {
      try {
        await requireCard("arc");
        if (dialog.open) stop(resolve);
      } catch (fault) {
        if (!(fault instanceof CardFault)) throw fault;
        if (!silent) showFault(box, fault);
      }
    };
    const watch = async () => {
      while (dialog.open) {
        await look(true);
        await pause(1500);
      }
    };
    dialog.querySelector("[data-continue]").onclick = () => look(false);
    dialog.querySelector("[data-cancel]").onclick = () => stop(reject, new DOMException("given up", "AbortError"));
    dialog.oncancel = () => reject(new DOMException("given up", "AbortError"));
    watch();
  });
}

async function proofs(form, purpose) {
  const card_proof = await proveCard(purpose);
  if (!isResident(form)) return { card_proof };
  await swapCards();
  return { card_proof, residence: { card_proof: await proveCard("residence", "arc") } };
}

/** Sends `{card_proof, household}` or `{card_proof, residence}`, whichever the form says, by `send(identity)`.
 *
 * A reading that the service may not have used is kept for the next try, so that nobody swaps cards for a typing error.
 */
export async function sendWithIdentity(form, purpose, send) {
  const resident = isResident(form);
  const again = kept !== null && kept.resident === resident && performance.now() < kept.until;
  if (!again) kept = { resident, until: performance.now() + PROOF_LIFE, read: await proofs(form, purpose) };
  try {
    const answer = await send(resident ? kept.read : { ...kept.read, household: household(form) });
    kept = null;
    return answer;
  } catch (refusal) {
    if (MAYBE_UNUSED.includes(refusal.code)) throw refusal;
    kept = null;
    if (again && refusal.code === "challenge_refused") return sendWithIdentity(form, purpose, send);
    if (refusal.status === 503) refusal.note = text(resident ? "used-up-resident" : "used-up");
    throw refusal;
  }
}
