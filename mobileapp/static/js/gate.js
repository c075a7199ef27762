// The gate before the keys. It opens by the phone's own unlock or the app PIN, for one minute and in this page alone.
// Whatever lets a key act for its owner waits here: a code, a decision, a change of the phones.

import { Locked } from "./errors.js";
import { get } from "./store.js";

const HOLD = 60_000; // ms

let opened = null; // {at, otpKey}: the key is here only where the PIN keeps it sealed
let asking = null; // one question at a time, however many wait for it
let ask = () => Promise.reject(new Locked());
let hiddenAt = 0;

/** Say who asks the person: a function that resolves when the gate was opened and else rejects. */
export function askWith(asker) {
  ask = asker;
}

/** Tell whether the gate is open. */
export function isOpen() {
  return opened !== null && Math.abs(Date.now() - opened.at) < HOLD;
}

/** Open the gate for a minute, with the one-time codes' key where it had to be unsealed. */
export function open(otpKey) {
  const mine = (opened = { at: Date.now(), otpKey });
  setTimeout(() => opened === mine && lock(), HOLD);
}

/** Close the gate and forget what was unsealed. */
export function lock() {
  opened = null;
}

/** Wait until the gate is open; raises Locked where the person did not open it, Unbound where the keys are gone. */
export async function unlocked() {
  if (isOpen()) return;
  asking ??= ask().finally(() => (asking = null));
  await asking;
  if (!isOpen()) throw new Locked();
}

/** Return the key of the one-time codes, from behind the gate. */
export async function otpKey() {
  await unlocked();
  return opened?.otpKey ?? get("otp-key");
}

// A page that nobody sees may be frozen with its timers: what counts is how long it was away.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = Date.now();
  else if (Math.abs(Date.now() - hiddenAt) >= HOLD) lock();
});
