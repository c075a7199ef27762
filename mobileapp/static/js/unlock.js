// How the gate is opened on this phone: set up once after binding, then asked for.
//
//   unlock  {kind: "phone", id}                                a credential of the platform authenticator
//         | {kind: "pin", left, salt, iv, rounds, box}         tries left, and what the PIN seals

import { call } from "./api.js";
import { digest } from "./bytes.js";
import { Offline, Refusal, Unbound } from "./errors.js";
import { lock, open } from "./gate.js";
import { deriveOtpKey, importOtpKey } from "./otp.js";
import { assertUser, makeCredential } from "./passkey.js";
import { seal, unseal } from "./pin.js";
import { forgetBinding, get, keep } from "./store.js";

const TRIES = 5;

/** Guard the keys by the phone's own unlock; raises Locked, or Refusal where the service does not take it. */
export async function setUpPhone() {
  const { publicKey } = await call("POST", "/me/device/authenticators/offers");
  const credential = await makeCredential(publicKey);
  await call("POST", "/me/device/authenticators", { credential });
  const seed = await get("otp-seed");
  const key = seed && (await derived(seed, false));
  await keep({
    unlock: { kind: "phone", id: credential.id },
    ...(key && { "otp-key": key, "otp-seed": undefined }),
  });
  open();
}

/** Guard the keys by an app PIN: the one-time codes' key is sealed under it and kept nowhere else. */
export async function setUpPin(pin) {
  const seed = await get("otp-seed");
  const secret = seed
    ? new Uint8Array(await crypto.subtle.exportKey("raw", await derived(seed, true)))
    : crypto.getRandomValues(new Uint8Array(32)); // bound by an older app: its key cannot be taken out to be sealed
  await keep({ unlock: await sealed(pin, secret), ...(seed && { "otp-key": undefined, "otp-seed": undefined }) });
  open(seed && (await importOtpKey(secret)));
}

function derived({ privateKey, theirs, deviceId }, extractable) {
  return deriveOtpKey(privateKey, theirs, deviceId, extractable);
}

/** Open the gate by the phone's own unlock; raises Locked. */
export async function tryPhone() {
  const { id } = await get("unlock");
  await assertUser(id, crypto.getRandomValues(new Uint8Array(32)));
  open();
}

/** Open the gate by the PIN and return null; for a wrong one return the tries left, at 0 with the keys gone. */
export function tryPin(pin) {
  return usePin(pin, async (secret) => ({ secret }));
}

/** Put another PIN in the place of the present one; answers as `tryPin` does. */
export function changePin(pin, next) {
  return usePin(pin, async (secret) => ({ secret, things: { unlock: await sealed(next, secret) } }));
}

/** Return what is kept of a PIN that seals a secret, with all tries left. */
export async function sealed(pin, secret) {
  return { kind: "pin", left: TRIES, ...(await seal(pin, secret)) };
}

/**
 * Do something with what the PIN unseals; answers as `tryPin` does. `work` returns {things, secret}: what is kept from now
 * on beside the rest, and the secret of the one-time codes from now on.
 */
export function usePin(pin, work) {
  return navigator.locks.request("phone-unlock", async () => {
    const unlock = await get("unlock");
    if (unlock?.kind !== "pin") throw new Unbound(); // another page has used up the tries
    const left = unlock.left - 1;
    if (left >= 0) await keep({ unlock: { ...unlock, left } }); // counted before it is looked at
    const secret = left >= 0 ? await unseal(pin, unlock) : null;
    if (secret === null) {
      if (left <= 0) await dropKeys();
      return Math.max(left, 0);
    }
    await keep({ unlock: { ...unlock, left: TRIES } });
    const now = await work(secret);
    if (now.things) await keep(now.things);
    open((await get("otp-key")) ? undefined : await importOtpKey(now.secret));
    return null;
  });
}

/** Return how an approval is confirmed by the phone's own unlock, or null where the phone has none registered. */
export async function confirmation() {
  const unlock = await get("unlock");
  if (unlock?.kind !== "phone") return null;
  return async (jws) => {
    const assertion = await assertUser(unlock.id, await digest(jws));
    open();
    return assertion;
  };
}

/** Drop every key of the binding; the service is told where it can be reached, so that the phone leaves the list. */
export async function dropKeys() {
  const binding = await get("binding");
  lock();
  try {
    // straight to the call: giving the phone up needs nobody's leave
    if (binding) await call("DELETE", `/devices/${encodeURIComponent(binding.device.id)}`);
  } catch (error) {
    if (![Offline, Refusal, Unbound].some((kind) => error instanceof kind)) throw error;
  } finally {
    await forgetBinding();
  }
}
