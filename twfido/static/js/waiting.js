/** A request on a page of its own, above all back from the app on the same phone: it goes on by itself. */
import { follow, ring } from "/static/twfido/js/request.js";

const view = document.getElementById("twfido-page");
const { login: id, modeOf: mode, next, seconds, status } = view.dataset;

view.querySelector("[data-go-on]").hidden = true; // the script presses it
if (status === "waiting") {
  const stop = ring(view, Number(seconds));
  new MutationObserver(() => { if (view.dataset.status !== "waiting") stop(); }).observe(view, { attributeFilter: ["data-status"] });
}
if (status === "waiting" || status === "approved" || status === "used") {
  follow(view, { id, mode, next, pollAfter: 2, signal: new AbortController().signal });
}
