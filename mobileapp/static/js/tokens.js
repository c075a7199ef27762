// Access tokens live ten minutes; a refresh token is good once. Only one tab at a time may use it.

import { Refusal, Unbound } from "./errors.js";
import { send } from "./http.js";
import { get, keep } from "./store.js";

const MARGIN = 20_000; // ms before its end at which a token counts as over

/** Return the tokens of an answer as they are kept. */
export function tokensOf(answer) {
  const { access_token, refresh_token, expires_in } = answer;
  return { access_token, refresh_token, expires_at: Date.now() + expires_in * 1000 };
}

/** Return an access token other than `stale`, renewed where needed; raises Unbound where we are forgotten. */
export async function freshToken(stale) {
  const kept = await get("tokens");
  if (usable(kept, stale)) return kept.access_token;
  return navigator.locks.request("phone-tokens", async () => {
    const latest = await get("tokens"); // another tab may have been quicker
    return usable(latest, stale) ? latest.access_token : renew(latest);
  });
}

function usable(tokens, stale) {
  return Boolean(tokens) && tokens.access_token !== stale && tokens.expires_at - MARGIN > Date.now();
}

async function renew(tokens) {
  const key = await get("device-key");
  if (!key) throw new Unbound();
  try {
    const body = { refresh_token: tokens?.refresh_token ?? "" };
    return await accept(await send(key, { method: "POST", path: "/api/v1/tokens/refresh", body }));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // the earlier reply was lost, so it is given again
    if (error.code === "already_refreshed" && error.body.refresh_token) return accept(error.body);
    if (error.status !== 401) throw error;
    return recover(key);
  }
}

async function recover(key) {
  try {
    return await accept(await send(key, { method: "POST", path: "/api/v1/tokens/recoveries" }));
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 401) throw error;
    const next = await get("next-key");
    if (next && next.publicJwk.x !== key.publicJwk.x) {
      const token = await recover(next);
      await keep({ "device-key": next, "next-key": undefined, rekey: true });
      return token;
    }
    // the keys stay: should the service have been wrong, "check again" finds the binding as it was
    await keep({ removed: true });
    throw new Unbound();
  }
}

async function accept(answer) {
  await keep({ tokens: tokensOf(answer), removed: undefined });
  return answer.access_token;
}
