/** The page of a file that is being entered: how far it is, asked every second and a half; at the end the whole page. */
import { call, Problem } from "/static/js/api.js";
import { pause, text } from "/static/js/texts.js";

const EVERY = 1500;
const LONGEST = 30_000;
const panel = document.getElementById("batch");

function show(batch) {
  const bar = panel.querySelector("progress");
  bar.max = batch.rows;
  bar.value = batch.done_rows;
  panel.querySelector("[data-progress]").textContent = text("rows-done", { done: batch.done_rows, rows: batch.rows });
  for (const name of ["successes", "failures"]) panel.querySelector(`[data-count=${name}]`).textContent = batch[name];
  const state = panel.querySelector("[data-state]");
  state.dataset.state = batch.state;
  state.textContent = text(`state-${batch.state}`);
}

async function follow() {
  for (let wait = EVERY; ; ) {
    await pause(wait);
    if (document.hidden) continue;
    try {
      const batch = await call("GET", panel.dataset.url);
      show(batch);
      wait = EVERY;
      if (batch.state === "done") {
        window.location.reload();
        return;
      }
    } catch (fault) {
      if (!(fault instanceof Problem)) throw fault;
      if (fault.status >= 400 && fault.status < 429) {
        window.location.reload(); // logged out, or not theirs any more: the page says what now
        return;
      }
      wait = Math.min(wait * 2, LONGEST);
    }
  }
}

follow();
