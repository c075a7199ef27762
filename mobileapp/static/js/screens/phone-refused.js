// Why a number could not confirm somebody, and what to do next: each reason has its words and its way on.

import { h } from "../dom.js";
import { Locked, Offline, Refusal, Unbound } from "../errors.js";
import { known, t } from "../i18n.js";
import { busy, button, notice, page, tile, wordsFor } from "../page.js";
import { attempt, begin, forget, isLive, setBack } from "../verification.js";

// The way on beside the other ways: `again` opens the operator once more with what was typed, `edit` goes back to it,
// `resume` asks the service again, `restart` begins with the form. A reason without one cannot be mended here.
const NEXT = {
  not_mobile_data: "again",
  telco_unavailable: "again",
  number_not_yours: "edit",
  details_not_confirmed: "edit",
  operator_not_supported: "edit",
  line_suspended: null,
  prepaid_line: null,
  company_line: null,
  family_line: null,
  mvno_line: null,
  resident_of_mainland: null,
  sim_changed_recently: null,
  consent_required: null,
  too_many_tries: null,
  suspended: null,
  key_already_bound: "home",
  bindings_frozen: "home",
  device_limit_reached: "resume",
  offline: "resume",
  terms: "reload",
  over: "restart",
  foreign: "restart",
  nothing: "restart",
  trouble: "restart",
};
// Codes of the service that say what another one says.
const SAME = {
  phone_verification_over: "over",
  phone_verification_refused: "foreign",
  not_found: "nothing",
};
const HOPELESS = ["suspended"]; // no way of binding helps: only the counter does

/** Leave for the operator's address with what was typed; where the try is over, with a new one. */
export async function openOperator(app, pressed, said) {
  try {
    const { url } = await busy(pressed, async () => {
      const kept = await attempt();
      return isLive(kept) && !kept.answer ? kept : begin(kept.what, { reset: Boolean(kept.reset) });
    });
    location.assign(url);
  } catch (error) {
    if (error instanceof Offline || error instanceof Locked) said.say(wordsFor(error));
    else await refusedBy(app, error);
  }
}

/** Show the screen for a failed call; re-raises what is not one. `answer` is what the operator had said. */
export async function refusedBy(app, error, answer = {}) {
  if (error instanceof Unbound) return app.replace("home"); // five wrong PINs, or unbound from elsewhere
  if (!(error instanceof Refusal || error instanceof Offline)) throw error;
  const reset = Boolean((await attempt())?.reset);
  const code = codeOf(error, answer);
  if (code === "offline" || code === "device_limit_reached") return app.go("numberRefused", { code });
  if (NEXT[code] === null) await forget();
  else await setBack(); // what was typed is kept for another try
  await app.replace("numberRefused", { code, wait: error.retryAfter, reset });
}

function codeOf(error, answer) {
  if (error instanceof Offline) return "offline";
  if (answer.error === "consent_required") return "consent_required"; // which the service does not tell apart
  const code = SAME[error.code] ?? error.code;
  return code in NEXT && known(`number.no.${code}`) ? code : "trouble";
}

/** Say why, and what to do next: `{code, wait: seconds, reset}`; `reset` where the phone is bound already. */
export async function numberRefused(app, { code, wait, ...params }) {
  const said = notice("number-notice");
  const reset = params.reset ?? Boolean((await attempt())?.reset);
  const others = () => (reset ? h("p", { testid: "number-by-card" }, t("number.forgot.card")) : otherWays(app));
  const next = NEXT[code] === "again" && !(await attempt()) ? "restart" : NEXT[code];
  const minutes = wait && t("number.wait", { minutes: Math.ceil(wait / 60) });
  const hopeless = HOPELESS.includes(code);
  return page({
    mark: code === "foreign" || code === "nothing" ? "info" : "failed",
    title: t(`number.no.${code}.title`),
    lead: t(`number.no.${code}`),
    body: [
      minutes && h("p", { testid: "number-wait" }, minutes),
      hopeless && h("p", { testid: "number-counter" }, t("number.counter.only")),
      said.node,
      !next && !hopeless && others(),
    ].filter(Boolean),
    actions: next ? [onward(app, { next, code, said, reset }), reset ? home(app) : more(app)] : [home(app)],
  });
}

function onward(app, { next, code, said, reset }) {
  const acts = {
    again: [code === "not_mobile_data" ? "number.again.go" : "app.again", (event) => openOperator(app, event.currentTarget, said)],
    edit: ["number.edit", () => app.replace("viaPhone", { reset })],
    restart: ["number.restart", () => app.replace("viaPhone", { reset })],
    resume: [code === "offline" ? "app.again" : "number.limit.go", () => app.back()],
    reload: ["app.again", () => app.replace("numberAccount", {})],
    home: ["app.home", () => app.home()],
  };
  const [label, onclick] = acts[next];
  return button(t(label), { kind: "main", testid: `number-${next}`, onclick });
}

function more(app) {
  return button(t("number.ways"), { testid: "number-ways", onclick: () => app.go("numberWays") });
}

function home(app) {
  return button(t("app.home"), { testid: "number-home", onclick: () => app.home() });
}

/** Show the other ways of binding a phone. */
export function numberWays(app) {
  return page({
    title: t("number.ways.title"),
    lead: t("number.ways.lead"),
    body: [otherWays(app)],
    actions: [home(app)],
  });
}

function otherWays(app) {
  const one = (name, sign, screen) =>
    tile({
      sign,
      title: t(`number.ways.${name}`),
      hint: t(`number.ways.${name}.hint`),
      testid: `ways-${name}`,
      onclick: () => app.go(screen),
    });
  const tiles = [one("code", "keyboard", "bind"), one("scan", "scan", "scan")];
  return h(
    "section",
    { class: "ways", "aria-label": t("number.ways"), testid: "other-ways" },
    h("div", { class: "tiles" }, ...tiles),
    h("p", { class: "hint" }, t("number.ways.counter")),
  );
}
