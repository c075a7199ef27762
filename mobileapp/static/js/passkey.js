// The phone's own unlock (fingerprint, face, pattern, PIN), through WebAuthn's platform authenticator.

import { base64url, fromBase64url } from "./bytes.js";
import { Locked } from "./errors.js";

const PATIENCE = 60_000; // ms
const USER_VERIFIED = 0x04; // the flag in authenticator data (WebAuthn section 6.1)

/** Tell whether this phone offers its own unlock to us. */
export async function phoneCanUnlock() {
  return Boolean(await globalThis.PublicKeyCredential?.isUserVerifyingPlatformAuthenticatorAvailable?.());
}

/** Make the phone's credential by the service's options (WebAuthn JSON) and return it as WebAuthn JSON. */
export async function makeCredential(options) {
  const publicKey = {
    ...options,
    challenge: fromBase64url(options.challenge),
    user: { ...options.user, id: fromBase64url(options.user.id) },
    excludeCredentials: [],
  };
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  const { clientDataJSON, attestationObject } = made.response;
  return written(made, {
    clientDataJSON: base64url(clientDataJSON),
    attestationObject: base64url(attestationObject),
    transports: (made.response.getTransports?.() ?? []).slice(0, 8),
  });
}

/** Have the phone verify its user over a challenge (bytes); return the assertion as WebAuthn JSON. */
export async function assertUser(id, challenge) {
  const publicKey = {
    challenge,
    rpId: location.hostname,
    allowCredentials: [{ type: "public-key", id: fromBase64url(id), transports: ["internal"] }],
    userVerification: "required",
    timeout: PATIENCE,
  };
  const made = await asked(() => navigator.credentials.get({ publicKey }));
  const { clientDataJSON, authenticatorData, signature } = made.response;
  if (!(new Uint8Array(authenticatorData)[32] & USER_VERIFIED)) throw new Locked();
  return written(made, {
    clientDataJSON: base64url(clientDataJSON),
    authenticatorData: base64url(authenticatorData),
    signature: base64url(signature),
  });
}

// Browsers say little about why nothing came of it: cancelled, too slow, no such credential are all one to them.
async function asked(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DOMException) throw new Locked(error.message, { cause: error });
    throw error;
  }
}

function written({ id, rawId, type }, response) {
  return { id, rawId: base64url(rawId), type, response };
}
