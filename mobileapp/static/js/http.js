// One call to the service with a proof of the key; what it answers, or one of the errors of errors.js.

import * as clock from "./clock.js";
import { proof } from "./dpop.js";
import { Offline, Refusal } from "./errors.js";
import { language } from "./i18n.js";

const PATIENCE = 15_000; // ms

let nonce; // the newest one the service gave, good for one proof

/**
 * Send one call and return its JSON body (null for none). `body` may be a function, asked again for a second try.
 * A proof that the service wants repeated with its nonce is repeated once (RFC 9449 section 8).
 */
export async function send(key, { method = "GET", path, body, token }) {
  const first = await attempt(key, { method, path, body, token });
  const again = first.status === 401 && first.body.code === "use_dpop_nonce" && nonce !== undefined;
  const { ok, status, body: answer } = again ? await attempt(key, { method, path, body, token }) : first;
  if (!ok) throw new Refusal(status, answer ?? {});
  return answer;
}

async function attempt(key, { method, path, body, token }) {
  const given = nonce;
  nonce = undefined;
  const headers = {
    Accept: "application/json",
    "Accept-Language": language(),
    DPoP: await proof(key, { method, path, token, nonce: given }),
  };
  if (token) headers.Authorization = `DPoP ${token}`;
  const content = typeof body === "function" ? await body() : body;
  if (content !== undefined) headers["Content-Type"] = "application/json";
  const sent = Date.now();
  const response = await reach(path, {
    method,
    headers,
    body: content === undefined ? undefined : JSON.stringify(content),
  });
  const answer = await readJson(response);
  nonce = response.headers.get("DPoP-Nonce") ?? undefined;
  const serverTime = answer?.otp?.server_time ?? answer?.server_time;
  await clock.learn(response, { sent, came: Date.now(), serverTime });
  return { ok: response.ok, status: response.status, body: answer ?? (response.ok ? null : {}) };
}

async function reach(path, options) {
  try {
    // "omit": the app speaks for itself; the browser's own session must not decide anything here
    return await fetch(path, {
      ...options,
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    throw new Offline(error.message, { cause: error });
  }
}

async function readJson(response) {
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) return null;
  try {
    return await response.json();
  } catch (error) {
    throw new Offline(error.message, { cause: error }); // the line broke in the middle of the answer
  }
}
