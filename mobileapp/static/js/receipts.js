// The number of an approval, computed from what was signed, as the service does it; and the last ones of this phone.

import { digest } from "./bytes.js";
import { get, keep } from "./store.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base 32
const MOST = 20;

/** Return 40 bits of the SHA-256 of a signed approval as XXXX-XXXX. */
export async function receiptOf(jws) {
  let bits = 0n;
  for (const byte of (await digest(jws)).slice(0, 5)) bits = (bits << 8n) | BigInt(byte);
  const symbols = Array.from({ length: 8 }, (_, place) => ALPHABET[Number((bits >> BigInt(35 - 5 * place)) & 31n)]);
  return `${symbols.slice(0, 4).join("")}-${symbols.slice(4).join("")}`;
}

/** Remember an approval {receipt, at, from, browser}, the newest first. */
export async function keepReceipt(one) {
  await keep({ receipts: [one, ...(await receiptsKept())].slice(0, MOST) });
}

/** Return the approvals that this phone remembers, the newest first. */
export async function receiptsKept() {
  return (await get("receipts")) ?? [];
}
