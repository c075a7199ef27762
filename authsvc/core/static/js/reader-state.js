/** What is in the reader now, told beside a form that reads a card; nobody is asked for a permission because of it. */
import { CardFault, readStatus } from "/static/js/card.js";
import { isSilent } from "/static/js/reader-permission.js";
import { pause } from "/static/js/texts.js";

const SOON = 2000;
const LATER = 10_000; // where no component answers

function stateOf({ readers = [] }, kinds) {
  const cards = readers.map((reader) => reader.card).filter(Boolean);
  if (cards.some(({ kind }) => kinds.includes(kind))) return "ready";
  if (cards.length > 0) return "other";
  return readers.length > 0 ? "empty" : "none";
}

async function look(kinds) {
  try {
    return stateOf(await readStatus(), kinds);
  } catch (fault) {
    if (!(fault instanceof CardFault)) throw fault;
    return "silent";
  }
}

/** Follows the reader for as long as the page is open, and shows of `[data-reader-state]` the part that fits. */
export async function followReader(form, kinds) {
  const place = form.querySelector("[data-reader-state]");
  for (;;) {
    const seen = !document.hidden && place.parentElement.checkVisibility();
    // Before the browser was asked, looking would make it ask: at a moment when nobody knows why.
    const state = seen && await isSilent() ? await look(kinds) : "";
    for (const part of place.children) if (part.hidden === (part.dataset.when === state)) part.hidden = part.dataset.when !== state;
    await pause(state === "silent" ? LATER : SOON);
  }
}
