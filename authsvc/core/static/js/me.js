/** The time left in this session, and the way out. */
import { call } from "/static/js/api.js";
import { handle } from "/static/js/form.js";
import { clock } from "/static/js/texts.js";

const left = document.querySelector("[data-until]");
const seconds = Number(left.dataset.secondsLeft ?? (Date.parse(left.dataset.until) - Date.now()) / 1000);
const end = performance.now() + seconds * 1000;
const timer = setInterval(tick, 1000);

function tick() {
  const rest = (end - performance.now()) / 1000;
  left.textContent = clock(rest);
  if (rest > 0) return;
  clearInterval(timer);
  document.getElementById("session-over").hidden = false;
}
tick();

handle(document.getElementById("logout"), async () => {
  await call("DELETE", "/sessions/current");
  window.location.assign("/");
});
