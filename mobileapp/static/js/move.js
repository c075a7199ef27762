// Moving to a new phone: this phone signs for a code, by which one other phone takes its place.

import { call } from "./api.js";
import { randomId } from "./bytes.js";
import * as clock from "./clock.js";
import { unlocked } from "./gate.js";
import { sign } from "./jws.js";
import { get } from "./store.js";

/** Return the claims by which this phone asks for a code for its successor. */
export function moveClaims(deviceId) {
  return { iss: deviceId, aud: location.origin, iat: clock.seconds(), jti: randomId() };
}

/** Ask for the code after the person's unlock; answers {id, qr_text, qr_svg, expires_at}. */
export async function beginMove() {
  await unlocked();
  const key = await get("device-key");
  const { device } = await get("binding");
  const header = { typ: "authsvc-move+jwt", alg: "ES256" };
  // signed anew for a second try: a jti counts once
  const body = async () => ({ jws: await sign(key.privateKey, header, moveClaims(device.id)) });
  return call("POST", "/device-moves", body);
}
