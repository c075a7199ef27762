// Proofs of possession (RFC 9449 section 4.2): each call shows that it comes from the phone that holds the key.

import { randomId, sha256 } from "./bytes.js";
import * as clock from "./clock.js";
import { sign } from "./jws.js";

/** Return the DPoP proof for one call; `token` and `nonce` only where there is one. */
export async function proof(key, { method, path, token, nonce }) {
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: key.publicJwk };
  const claims = {
    jti: randomId(),
    htm: method,
    htu: location.origin + path.split("?")[0],
    iat: clock.seconds(),
  };
  if (token) claims.ath = await sha256(token);
  if (nonce) claims.nonce = nonce;
  return sign(key.privateKey, header, claims);
}
