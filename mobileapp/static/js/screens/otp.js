// The one-time code: shown large until it is used or its 180 seconds are over. Needs no network, but the unlock.

import { codesStanding } from "../api.js";
import { rulesOf } from "../binding.js";
import * as clock from "../clock.js";
import { later } from "../countdown.js";
import { Locked, Offline, Refusal, Unbound } from "../errors.js";
import { otpKey } from "../gate.js";
import { t } from "../i18n.js";
import { codeAt, grouped, stepAt, tiedTo } from "../otp.js";
import { button, page } from "../page.js";
import { get, keep } from "../store.js";
import { askTag } from "./otp-tag.js";
import { codeView } from "./otp-view.js";

// Seconds between two looks at how the code stands, the last one repeated: soon after it was typed, then less and less.
const PACE = [0, 3, 4, 5, 7, 10, 14, 20];

/**
 * Show the code of one step. `params.tag` are the characters of the page it is for; `params.shown` keeps it the same
 * code, and `params.standing` what was told of it, when only the language changes.
 */
export async function otp(app, params) {
  const binding = await get("binding");
  if (!binding) return app.screens.welcome(app);
  const rules = rulesOf(binding.otp);
  if (params.asks || (rules.page_tag === "required" && !params.tag)) return askTag(app);
  try {
    params.shown ??= await newCode(rules, params.tag);
  } catch (error) {
    if (error instanceof Unbound) return app.screens.welcome(app);
    if (!(error instanceof Locked)) throw error;
    return locked(app, params);
  }
  const view = codeView(app, params, rules);
  follow(app, () => look(app, params, view));
  return page({ title: t("otp.title"), body: view.body, actions: view.actions });
}

/** Return the code of this moment: the one act here that needs the key, and so the person. */
async function newCode(rules, tag) {
  const plain = await otpKey();
  const key = tag ? await tiedTo(plain, tag) : plain;
  const step = stepAt(clock.now(), rules.period);
  return { step, text: grouped(await codeAt(key, step, rules.digits)) };
}

function locked(app, { tag }) {
  const again = button(t("unlock.submit"), {
    kind: "main",
    testid: "otp-unlock",
    onclick: () => app.replace("otp", { tag }),
  });
  return page({ mark: "lock", title: t("otp.title"), lead: t("otp.locked"), actions: [again] });
}

/** Look now and then, and whenever the app is seen again, until the screen is left. */
async function follow(app, work) {
  const { signal } = app;
  document.addEventListener("visibilitychange", () => document.hidden || work(), { signal });
  for (let turn = 0; !signal.aborted; turn += 1) {
    await later(signal, PACE[Math.min(turn, PACE.length - 1)] * 1000);
    if (!signal.aborted && !document.hidden) await work();
  }
}

/** Ask the service how the code stands; that also tells its time, by which a wrong code is made good. */
async function look(app, params, view) {
  try {
    const standing = await codesStanding();
    if (app.signal.aborted) return;
    Object.assign(params, { standing, offline: false });
    if (await rulesChanged(standing)) return app.replace("otp");
  } catch (error) {
    if (app.signal.aborted) return;
    if (error instanceof Unbound) return app.replace("home");
    if (!(error instanceof Offline) && !(error instanceof Refusal)) throw error;
    params.offline = error instanceof Offline;
  }
  const { period } = view.rules;
  // made by a clock that was further ahead than the service takes
  if (params.shown.step > stepAt(clock.now(), period) + 1) return app.replace("otp", { tag: params.tag });
  view.update();
}

async function rulesChanged(standing) {
  const binding = await get("binding");
  const rules = rulesOf(standing);
  if (!binding || JSON.stringify(rulesOf(binding.otp)) === JSON.stringify(rules)) return false;
  await keep({ binding: { ...binding, otp: rules } });
  return true;
}
