/** A key of this tab alone: whoever steals the cookie still cannot open the session (RFC 7515 compact, ES256). */

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

function base64url(bytes) {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const encode = (content) => base64url(new TextEncoder().encode(content));

/** A new pair whose private half cannot leave the browser. */
export const makeKey = () => crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);

/** The public half as the API wants it. */
export async function publicJwk(pair) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { kty, crv, x, y };
}

/** A compact JWS whose payload is the order id. */
export async function proofOver(pair, orderId) {
  const input = `${encode(JSON.stringify({ alg: "ES256" }))}.${encode(orderId)}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, new TextEncoder().encode(input));
  return `${input}.${base64url(new Uint8Array(signature))}`;
}
