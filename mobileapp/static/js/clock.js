// The service's time as this phone knows it. Phones' clocks are wrong; a code made by a wrong clock is refused.

import { get, keep } from "./store.js";

const WORTH_KEEPING = 1500; // ms: the Date header counts whole seconds, so less than this is noise

let offset = 0; // what to add to this phone's clock
let bias = 0; // how far the service's own clock is from its Date header (a test may have moved it)

/** Read what the last contact taught. */
export async function wake() {
  const kept = await get("clock");
  if (kept) ({ offset, bias } = kept);
}

/** Return the service's time in ms since 1970. */
export function now() {
  return Date.now() + offset;
}

/** Return the service's time in whole seconds. */
export function seconds() {
  return Math.floor(now() / 1000);
}

/** Learn from an answer that was asked for at `sent` and came at `came` (ms of this phone). */
export async function learn(response, { sent, came, serverTime }) {
  const here = (sent + came) / 2;
  const dated = Date.parse(response.headers.get("Date") ?? "");
  const byDate = Number.isNaN(dated) ? undefined : dated + 500 - here;
  const told = serverTime ? Date.parse(serverTime) - here : undefined;
  if (told !== undefined && byDate !== undefined) bias = settled(told - byDate);
  const next = byDate === undefined ? told : byDate + bias;
  if (next === undefined || Math.abs(next - offset) < WORTH_KEEPING) return;
  offset = settled(next);
  await keep({ clock: { offset, bias } });
}

function settled(difference) {
  return Math.abs(difference) < WORTH_KEEPING ? 0 : Math.round(difference);
}
