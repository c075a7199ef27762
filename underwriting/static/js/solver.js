/** Beside the page: looks for the counter whose PBKDF2 key begins as the challenge says (ALTCHA 2). */
const BATCH = 32;

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The key for one counter: the password is the nonce and the counter as 32 bits, the highest first. */
async function keyFor(parameters, counter) {
  const nonce = bytes(parameters.nonce);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  new DataView(password.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(parameters.salt), iterations: parameters.cost };
  return hex(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8));
}

async function solve(parameters) {
  const most = parameters.data.tries;
  for (let from = 0; from <= most; from += BATCH) {
    const counters = Array.from({ length: BATCH }, (_, at) => from + at);
    const keys = await Promise.all(counters.map((counter) => keyFor(parameters, counter)));
    const at = keys.findIndex((key) => key.startsWith(parameters.keyPrefix));
    if (at >= 0) return { counter: counters[at], derivedKey: keys[at] };
    postMessage({ progress: Math.min(1, (from + BATCH) / most) });
  }
  throw new Error("no counter fits");
}

onmessage = async ({ data }) => {
  try {
    postMessage({ solution: await solve(data) });
  } catch (fault) {
    postMessage({ fault: String(fault) });
  }
};
