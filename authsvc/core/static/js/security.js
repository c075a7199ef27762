/** Older security events, put below those that stand there. Without this script the link opens them as a page. */
import { Problem, call } from "/static/js/api.js";
import { hideFault, showFault, whileBusy } from "/static/js/form.js";
import { moment } from "/static/js/texts.js";

const older = document.getElementById("older");
const list = document.querySelector(".history");
const row = document.getElementById("event-row");
const fault = document.getElementById("older-fault");

function item(event) {
  const element = row.content.firstElementChild.cloneNode(true);
  Object.assign(element.dataset, { id: event.id, what: event.what, outcome: event.outcome });
  element.tabIndex = -1;
  element.querySelector("[data-text]").textContent = event.text;
  const at = element.querySelector("[data-at]");
  at.dateTime = event.at;
  at.textContent = moment(event.at);
  element.querySelector("[data-here]").hidden = !event.here;
  element.querySelector("[data-receipt-part]").hidden = !event.receipt;
  element.querySelector("[data-receipt]").textContent = event.receipt ?? "";
  return element;
}

async function load() {
  hideFault(fault);
  let page;
  try {
    page = await call("GET", `/me/events?before=${older.dataset.before}`);
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    showFault(fault, refusal);
    return;
  }
  const items = page.events.map(item);
  list.append(...items);
  items[0]?.focus();
  if (page.next) {
    older.dataset.before = page.next;
    older.href = `/security?before=${page.next}#history`;
  } else {
    older.hidden = true;
    document.getElementById("history-end").hidden = false;
  }
}

older?.addEventListener("click", (event) => {
  event.preventDefault();
  whileBusy(older, load);
});
