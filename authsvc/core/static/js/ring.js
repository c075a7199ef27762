/** A ring that empties while time runs out, with the time left in words in its middle. */
import { clock } from "/static/js/texts.js";

const RADIUS = 44;
const ROUND = 2 * Math.PI * RADIUS;

function circle() {
  const element = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  for (const [name, content] of Object.entries({ cx: 50, cy: 50, r: RADIUS })) element.setAttribute(name, content);
  return element;
}

/** Fills `holder` and counts `seconds` down; calls `onEnd` once at zero. Returns the function that stops it. */
export function startRing(holder, seconds, onEnd = () => {}) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const hand = circle();
  const label = document.createElement("span");
  picture.setAttribute("viewBox", "0 0 100 100");
  picture.setAttribute("aria-hidden", "true");
  picture.append(circle(), hand);
  hand.setAttribute("stroke-dasharray", ROUND);
  holder.replaceChildren(picture, label);
  const end = performance.now() + seconds * 1000;
  let timer = 0;
  const tick = () => {
    const left = Math.max(0, (end - performance.now()) / 1000);
    hand.setAttribute("stroke-dashoffset", ROUND * (1 - left / seconds));
    label.textContent = clock(left);
    holder.toggleAttribute("data-low", left <= Math.min(30, seconds / 6));
    if (left > 0) return;
    clearInterval(timer);
    onEnd();
  };
  timer = setInterval(tick, 500);
  tick();
  return () => clearInterval(timer);
}
