// The service's time as this phone knows it. Phones' clocks are wrong; a code made by a wrong clock is refused.

import { get, keep } from "./store.js";

const WORTH_KEEPING = 1500; // ms: the Date header counts whole seconds, so less than this is noise
const WORTH_SAYING = 60_000; // ms that this phone's clock may be wrong before its owner is told
const CONTACT_EVERY = 600_000; // ms between two times that a contact is written down
const LONG_AGO = 7 * 24 * 3_600_000; // ms: a phone's clock left alone may lose or gain seconds in a week, not a step

let offset = 0; // what to add to this phone's clock
let bias = 0; // how far the service's own clock is from its Date header (a test may have moved it)
let contact = 0; // the service's time at the last contact, which is when the offset was known to be right

/** Read what the last contact taught. */
export async function wake() {
  const kept = await get("clock");
  if (kept) ({ offset, bias, contact = 0 } = kept);
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
  if (next === undefined) return;
  const moved = Math.abs(next - offset) >= WORTH_KEEPING;
  if (moved) offset = settled(next);
  if (!moved && Math.abs(now() - contact) < CONTACT_EVERY) return;
  contact = now();
  await keep({ clock: { offset, bias, contact } });
}

/**
 * Return what the owner must know of this phone's clock, or null: `{name, ms}` with the name `turned` (somebody set it
 * back since the last contact), `old` (so long ago was that) or `wrong` (so far off it is, fast above 0; made good).
 */
export function trouble() {
  const since = now() - contact;
  if (contact > 0 && since < -WORTH_SAYING) return { name: "turned", ms: -since };
  if (contact > 0 && since > LONG_AGO) return { name: "old", ms: since };
  if (Math.abs(offset) >= WORTH_SAYING) return { name: "wrong", ms: -offset };
  return null;
}

function settled(difference) {
  return Math.abs(difference) < WORTH_KEEPING ? 0 : Math.round(difference);
}
