/** Keeps the two characters of a page that stays open alive: each pair lives for ten to twenty minutes. */
import { Problem, call } from "/static/js/api.js";

const ROUND = 5 * 60_000; // ms: twice within the time that both the old pair and the new one are taken
const SOON = 15_000; // ms, after a fault
const field = document.querySelector("#otp-login [data-page-tag]");
const hidden = field.querySelector("[name=page_tag]");
const code = document.getElementById("otp-code");
let due = 0;
let waited = false;

function show(tag) {
  hidden.value = tag;
  field.querySelector("[data-seen]").textContent = tag;
  field.querySelector("[data-heard]").textContent = [...tag].join(", ");
  field.querySelector("[data-renewed]").hidden = false;
}

/** Shows a new pair; one round later where a code of the old pair is being typed, for that lives no longer than that. */
function renew(tag) {
  if (!tag || tag === hidden.value) return;
  waited = Boolean(code.value) && !waited;
  if (!waited) show(tag);
}

async function ask() {
  clearTimeout(due);
  let next = ROUND;
  try {
    renew((await call("GET", "/otp/page-tag")).page_tag);
  } catch (fault) {
    if (!(fault instanceof Problem)) throw fault;
    next = SOON;
  }
  clearTimeout(due);
  due = setTimeout(ask, next);
}

due = setTimeout(ask, ROUND);
document.addEventListener("visibilitychange", () => { // a machine that slept
  if (!document.hidden) ask();
});
