/** Step 1: is everything there? Each row says what is present and, where it is not, what to do. */
import { CardFault, readStatus } from "/static/js/card.js";
import { readerPermission } from "/static/js/reader-permission.js";
import { text } from "/static/js/texts.js";

function say(id, state, found) {
  const row = document.getElementById(`check-${id}`);
  row.dataset.state = state;
  row.querySelector("[data-found]").textContent = found;
  row.querySelector("[data-remedy]").hidden = state === "good" || state === "wait";
  for (const remedy of row.querySelectorAll("[data-remedy-for]")) remedy.hidden = remedy.dataset.remedyFor !== state;
}

function browserName() {
  const brands = navigator.userAgentData?.brands?.filter(({ brand }) => !/Not|Chromium/.test(brand)) ?? [];
  if (brands.length > 0) return `${brands[0].brand} ${brands[0].version}`;
  const match = navigator.userAgent.match(/(Firefox|Edg|Chrome|Version)\/(\d+)/);
  return match ? `${match[1].replace("Version", "Safari").replace("Edg", "Edge")} ${match[2]}` : "";
}

/** Fills the row about the browser; this asks nobody. True when it is new enough. */
export function checkBrowser() {
  const able = typeof globalThis.crypto?.subtle === "object" && "EventSource" in globalThis && "showModal" in HTMLDialogElement.prototype;
  say("browser", able ? "good" : "bad", able ? browserName() : text("too-old"));
  return able;
}

/** What the browser allows, as it stands; `reached` is whether the component has just answered. */
export function sayPermission(state, reached) {
  if (reached) say("permission", "good", text("permission-granted"));
  else if (state === "granted") say("permission", "good", text("permission-granted"));
  else if (state === "denied") say("permission", "bad", text("permission-denied"));
  else say("permission", reached === undefined ? "wait" : "warn", text(`permission-${state}`));
}

/** Says that the component is being asked, and that the browser may be waiting for the person. */
function sayWaiting(state) {
  if (state === "prompt") say("permission", "wait", text("permission-asking"));
  for (const id of ["component", "reader", "card"]) say(id, "wait", text("checking"));
}

function sayUnreached(fault) {
  const refused = fault.code === "permission_refused";
  if (fault.number !== "61006") say("component", "bad", `[${fault.number}]`);
  else if (refused) say("component", "wait", text("not-asked"));
  else say("component", "bad", `${text("no-answer")} [61006]`);
  for (const id of ["reader", "card"]) say(id, "wait", text("not-asked"));
}

/** The numbers at the beginning of a version: [1, 2] of "1.2-beta". */
const numbers = (version) => (/^\d+(\.\d+)*/.exec(version ?? "")?.[0] ?? "0").split(".").map(Number);

/** Whether a version is older than the least one that the service takes. */
function isOld(version) {
  const [found, least] = [numbers(version), numbers(document.querySelector("[data-component-least]").dataset.componentLeast)];
  const at = least.findIndex((number, index) => number !== (found[index] ?? 0));
  return at !== -1 && (found[at] ?? 0) < least[at];
}

function sayReaders({ version, readers = [] }) {
  const old = isOld(version);
  const cards = readers.map((reader) => reader.card).filter(Boolean);
  const card = cards.find(({ kind }) => kind === "nhi");
  say("component", old ? "warn" : "good", text(old ? "version-old" : "version", { version }));
  say("reader", readers.length > 0 ? "good" : "bad", readers.map(({ name }) => name).join(", ") || `${text("not-found")} [8013]`);
  if (card) say("card", "good", card.name);
  else if (cards.length > 0) say("card", "warn", text("other-card"));
  else say("card", "bad", `${text("not-found")} [9056]`);
  return Boolean(card) && !old;
}

/** Asks the component, which may make the browser ask the person, and fills the rows; true when all are fine. */
export async function checkEnvironment() {
  const able = checkBrowser();
  sayWaiting(await readerPermission());
  try {
    const ready = sayReaders(await readStatus());
    sayPermission(await readerPermission(), true);
    return able && ready;
  } catch (fault) {
    if (!(fault instanceof CardFault)) throw fault;
    sayPermission(await readerPermission(), false);
    sayUnreached(fault);
    return false;
  }
}
