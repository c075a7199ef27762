/** Step 1: is everything there? Each row says what is present and, where it is not, what to do. */
import { CardFault, readStatus } from "/static/js/card.js";
import { text } from "/static/js/texts.js";

function say(id, state, found) {
  const row = document.getElementById(`check-${id}`);
  row.dataset.state = state;
  row.querySelector("[data-found]").textContent = found;
  row.querySelector("[data-remedy]").hidden = state === "good" || state === "wait";
}

function browserName() {
  const brands = navigator.userAgentData?.brands?.filter(({ brand }) => !/Not|Chromium/.test(brand)) ?? [];
  if (brands.length > 0) return `${brands[0].brand} ${brands[0].version}`;
  const match = navigator.userAgent.match(/(Firefox|Edg|Chrome|Version)\/(\d+)/);
  return match ? `${match[1].replace("Version", "Safari").replace("Edg", "Edge")} ${match[2]}` : "";
}

function checkBrowser() {
  const able = typeof globalThis.crypto?.subtle === "object" && "EventSource" in globalThis && "showModal" in HTMLDialogElement.prototype;
  say("browser", able ? "good" : "bad", able ? browserName() : text("too-old"));
  return able;
}

/** Fills the four rows; true when all are fine. */
export async function checkEnvironment() {
  const able = checkBrowser();
  let status;
  try {
    status = await readStatus();
  } catch (fault) {
    if (!(fault instanceof CardFault)) throw fault;
    say("component", "bad", fault.number === "61006" ? `${text("no-answer")} [61006]` : `[${fault.number}]`);
    say("reader", "warn", text("not-found"));
    say("card", "warn", text("not-found"));
    return false;
  }
  const readers = status.readers ?? [];
  const cards = readers.map((reader) => reader.card).filter(Boolean);
  const card = cards.find(({ kind }) => kind === "nhi");
  say("component", "good", text("version", { version: status.version }));
  say("reader", readers.length > 0 ? "good" : "bad", readers.map(({ name }) => name).join(", ") || `${text("not-found")} [8013]`);
  if (card) say("card", "good", card.name);
  else if (cards.length > 0) say("card", "warn", text("other-card"));
  else say("card", "bad", `${text("not-found")} [9056]`);
  return able && Boolean(card);
}
