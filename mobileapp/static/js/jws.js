// Compact JWS with ES256 (RFC 7515, RFC 7518 section 3.4). WebCrypto already signs as raw 64 bytes, r then s.

import { base64url, bytesOf } from "./bytes.js";

/** Sign claims with a private ECDSA key and return the compact JWS. */
export async function sign(privateKey, header, claims) {
  const input = `${part(header)}.${part(claims)}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, bytesOf(input));
  return `${input}.${base64url(signature)}`;
}

function part(value) {
  return base64url(bytesOf(JSON.stringify(value)));
}
