// The phone's key pairs. Private halves are made not extractable: no script, ours included, can read them.

const CURVE = "P-256";

/** Make the device key: ECDSA on P-256, which proves every call and signs decisions. */
export async function makeDeviceKey() {
  return described(
    await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: CURVE }, false, ["sign", "verify"]),
  );
}

/** Make the key of the OTP agreement: ECDH on P-256. */
export async function makeOtpKey() {
  return described(
    await crypto.subtle.generateKey({ name: "ECDH", namedCurve: CURVE }, false, ["deriveKey"]),
  );
}

async function described({ privateKey, publicKey }) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  return { privateKey, publicJwk: { kty, crv, x, y } };
}
