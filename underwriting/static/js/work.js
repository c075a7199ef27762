/** The check that no program is writing: a worker solves the service's challenge, the form's button waits for it. */
import { call } from "/static/js/api.js";
import { text } from "/static/js/texts.js";

const RENEW_AFTER = 9 * 60 * 1000; // a challenge is good for ten minutes

const place = document.querySelector("[data-work]");
const form = place.closest("form");
const button = form.querySelector("[data-needs-work]");
const progress = place.querySelector("[data-work-progress]");
const words = place.querySelector("[data-work-text]");
const proof = form.elements.namedItem("proof");

function show(key, { done = false } = {}) {
  words.textContent = text(key);
  progress.hidden = key !== "working";
  button.disabled = !done;
}

function solved(challenge) {
  return new Promise((resolve, reject) => {
    const worker = new Worker("/static/underwriting/js/solver.js", { type: "module" });
    worker.onmessage = ({ data }) => {
      if (data.progress !== undefined) progress.value = data.progress;
      if (data.solution || data.fault) worker.terminate();
      if (data.solution) resolve(data.solution);
      if (data.fault) reject(new Error(data.fault));
    };
    worker.onerror = () => reject(new Error("no worker"));
    worker.postMessage(challenge.parameters);
  });
}

async function work() {
  show("working");
  progress.value = 0;
  try {
    const challenge = await call("POST", "/underwriting/challenges");
    proof.value = btoa(JSON.stringify({ challenge, solution: await solved(challenge) }));
    progress.value = 1;
    show("worked", { done: true });
    setTimeout(work, RENEW_AFTER);
  } catch {
    show("not-worked");
  }
}

// A solution is good once: who comes back to this page by the browser's own button gets a new one.
window.addEventListener("pageshow", (event) => event.persisted && work());
work();
