/** Passkeys in this browser: WebAuthn's JSON on our side, its buffers on the browser's. */
import { Problem } from "/static/js/api.js";
import { text } from "/static/js/texts.js";

const bytes = (encoded) =>
  Uint8Array.from(atob(encoded.replaceAll("-", "+").replaceAll("_", "/")), (mark) => mark.charCodeAt(0));

const encoded = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const described = (credentials = []) => credentials.map((each) => ({ ...each, id: bytes(each.id) }));

/** Whether this browser knows passkeys at all. */
export const knowsPasskeys = () => globalThis.PublicKeyCredential !== undefined;

/** Has a passkey made by the service's options; returns it as WebAuthn JSON. Throws `Problem`. */
export async function makePasskey(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: described(options.excludeCredentials),
  };
  const made = await asked(() => navigator.credentials.create({ publicKey }), "passkey-not-made");
  const { clientDataJSON, attestationObject } = made.response;
  return written(made, {
    clientDataJSON: encoded(clientDataJSON),
    attestationObject: encoded(attestationObject),
    transports: (made.response.getTransports?.() ?? []).slice(0, 8),
  });
}

/** Has a passkey chosen and its user verified; returns its answer as WebAuthn JSON. Throws `Problem`. */
export async function usePasskey(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) };
  const used = await asked(() => navigator.credentials.get({ publicKey }), "passkey-not-used");
  const { clientDataJSON, authenticatorData, signature, userHandle } = used.response;
  return written(used, {
    clientDataJSON: encoded(clientDataJSON),
    authenticatorData: encoded(authenticatorData),
    signature: encoded(signature),
    userHandle: userHandle === null ? null : encoded(userHandle),
  });
}

/** Browsers say little about why nothing came of it; that the passkey is there already is the one thing they tell. */
async function asked(work, otherwise) {
  if (!knowsPasskeys()) throw new Problem(0, { code: "no_passkeys", detail: text("no-passkeys") });
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    const key = error.name === "InvalidStateError" ? "passkey-there" : otherwise;
    throw new Problem(0, { code: key.replaceAll("-", "_"), detail: text(key) });
  }
}

function written({ id, rawId, type }, response) {
  return { id, rawId: encoded(rawId), type, response };
}
