/** The time left in this session: shown, warned of before it ends, and made longer when the person asks for it. */
import { Problem, call } from "/static/js/api.js";
import { clock } from "/static/js/texts.js";

const WARN_AT = 120;
const place = document.querySelector("[data-session]");
const others = "BroadcastChannel" in globalThis ? new BroadcastChannel("session") : null;
// The service's clock is not this computer's: what lies between them is known from the page.
const ahead = Date.parse(place.dataset.until) - Number(place.dataset.secondsLeft) * 1000 - Date.now();
let until = Date.parse(place.dataset.until);
let extendable = true;

const secondsLeft = () => (until - Date.now() - ahead) / 1000;

function show() {
  const rest = secondsLeft();
  for (const element of document.querySelectorAll("[data-time-left]")) element.textContent = clock(rest);
  const state = rest <= 0 ? "over" : rest > WARN_AT ? "" : extendable ? "soon" : "last";
  for (const part of place.querySelectorAll("[data-when]")) {
    if (part.hidden === (part.dataset.when === state)) part.hidden = part.dataset.when !== state;
  }
  // Whoever comes to this computer next is not to read what the page still holds.
  for (const part of place.parentElement.children) if (part !== place && part.tagName !== "SCRIPT") part.classList.toggle("put-away", state === "over");
}

/** Takes the end that the service named; one that is still near cannot be put off any more. */
function take(end) {
  extendable = Date.parse(end) > until;
  until = Date.parse(end);
  show();
}

async function stay() {
  try {
    const { expires_at: end } = await call("GET", "/sessions/current");
    take(end);
    others?.postMessage(end);
  } catch (fault) {
    if (!(fault instanceof Problem)) throw fault;
    if (fault.status === 401) until = 0; // otherwise it can be tried again
    show();
  }
}

place.querySelector("[data-stay]").addEventListener("click", stay);
others?.addEventListener("message", ({ data }) => { if (Date.parse(data) > until) take(data); });
others?.postMessage(place.dataset.until); // this page was an act: the other tabs' clocks go on
setInterval(show, 1000);
show();
