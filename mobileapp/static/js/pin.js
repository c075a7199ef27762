// The app PIN: six digits, stretched by PBKDF2 into the key that seals what the phone keeps.
//
// Six digits are few. The five tries are counted by this app, and whoever takes the phone's storage apart counts for
// themselves: the stretching makes each of their guesses cost, and no more. It resists a stranger's fingers.

import { bytesOf } from "./bytes.js";

const ROUNDS = 600_000; // of HMAC-SHA-256, as OWASP's password storage sheet asks of PBKDF2
const RUNS = ["01234567890", "09876543210"];

/** Return what was typed or pasted as six digits, or null. */
export function readPin(typed) {
  const pin = typed.normalize("NFKC").replace(/[\s\u2010-\u2015-]/g, "");
  return /^\d{6}$/.test(pin) ? pin : null;
}

/** Tell whether many people would take it: one digit or a part repeated, a run, or a date. */
export function isWeak(pin) {
  if (RUNS.some((run) => run.includes(pin))) return true;
  if (/^(\d)\1*$|^(\d\d)\2\2$|^(\d{3})\3$|^(\d)\4(\d)\5(\d)\6$/.test(pin)) return true;
  return isDate(pin);
}

// yymmdd (of either calendar), ddmmyy, mmddyy, and yyyymm or mmyyyy of a life
function isDate(pin) {
  const [a, b, c] = [pin.slice(0, 2), pin.slice(2, 4), pin.slice(4)].map(Number);
  const inYear = (month, day) => month >= 1 && month <= 12 && day >= 1 && day <= 31;
  if (inYear(b, c) || inYear(b, a) || inYear(a, b)) return true;
  return inYear(c, 1) && /^(19|20)/.test(pin) ? true : inYear(a, 1) && /^..(19|20)/.test(pin);
}

/** Seal bytes under a PIN; the answer is what is kept. */
export async function seal(pin, bytes) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await stretched(pin, salt, ROUNDS);
  return { salt, iv, rounds: ROUNDS, box: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
}

/** Return the bytes that a PIN sealed, or null for another PIN. */
export async function unseal(pin, { salt, iv, rounds, box }) {
  const key = await stretched(pin, salt, rounds);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, box));
  } catch (error) {
    if (error.name === "OperationError") return null; // the tag does not fit: another PIN
    throw error;
  }
}

async function stretched(pin, salt, iterations) {
  const base = await crypto.subtle.importKey("raw", bytesOf(pin), "PBKDF2", false, ["deriveKey"]);
  const recipe = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(recipe, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
