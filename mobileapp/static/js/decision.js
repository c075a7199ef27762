// The person's answer to a login: a signature by the device key over everything that was shown.

import { call } from "./api.js";
import { randomId } from "./bytes.js";
import * as clock from "./clock.js";
import { unlocked } from "./gate.js";
import { sign } from "./jws.js";
import { frameOf } from "./qrtext.js";
import { receiptOf } from "./receipts.js";
import { get } from "./store.js";
import { confirmation } from "./unlock.js";

/** Return the claims of a decision about an order that was scanned as `text`, or typed where there is none. */
export function decisionClaims({ deviceId, order, text, decision, matchCode = "", reason }) {
  const claims = {
    iss: deviceId,
    aud: location.origin,
    iat: clock.seconds(),
    jti: randomId(),
    order: order.id,
    decision,
    match_code: String(matchCode),
    portal: order.portal,
    purpose: order.purpose,
    frame: text ? frameOf(text) : order.frame,
    from: order.from,
    browser: order.browser,
  };
  return reason ? { ...claims, reason } : claims;
}

/** Approve the login with the number that the person saw on the page; answers the receipt's number. */
export function approve(order, text, matchCode) {
  return decide("approvals", { order, text, decision: "approved", matchCode });
}

/** Deny the login; the reason is "not_me" or "cancelled". */
export function deny(order, text, reason) {
  return decide("denials", { order, text, decision: "denied", reason });
}

async function decide(noun, answer) {
  const confirm = noun === "approvals" ? await confirmation() : null;
  if (!confirm) await unlocked();
  const key = await get("device-key");
  const { device } = await get("binding");
  const header = { typ: "authsvc-decision+jwt", alg: "ES256" };
  // Signed anew for a second try: a jti counts once. The phone's own unlock covers what was signed, so it comes after;
  // without it nothing is sent.
  let receipt;
  const body = async () => {
    const jws = await sign(key.privateKey, header, decisionClaims({ ...answer, deviceId: device.id }));
    receipt = await receiptOf(jws);
    return confirm ? { jws, assertion: await confirm(jws) } : { jws };
  };
  await call("POST", `/qr-logins/${encodeURIComponent(answer.order.id)}/${noun}`, body);
  return receipt;
}
