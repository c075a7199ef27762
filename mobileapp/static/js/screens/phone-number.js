// Binding by the mobile number: what is asked, the consent to ask the operator, and the way over mobile data.

import { readNationalId } from "../binding.js";
import { alreadyBound } from "../destination.js";
import { h } from "../dom.js";
import { Refusal } from "../errors.js";
import { t } from "../i18n.js";
import { readDigits, readMobile } from "../numbers.js";
import { busy, button, field, notice, page, wordsFor } from "../page.js";
import { get } from "../store.js";
import { attempt, begin, CONSENT, isLive } from "../verification.js";
import { openOperator, refusedBy } from "./phone-refused.js";

const FIELDS = ["mobile", "national_id", "card_last4"];

/** Ask for what the operator and the register are asked about; a try that was answered goes on. */
export async function viaPhone(app, params) {
  const binding = (await get("removed")) ? undefined : await get("binding");
  const found = await attempt();
  const reset = Boolean(binding && (params.reset ?? found?.reset));
  if (binding && !reset) return app.screens.result(app, alreadyBound(binding).params);
  const kept = Boolean(found?.reset) === reset ? found : undefined;
  if (isLive(kept) && kept.answer) {
    if (kept.asked) return app.screens.numberAccount(app, params);
    return app.screens.numberBack(app, { answer: kept.answer });
  }
  Object.assign(params, { ...kept?.what, ...params });
  const said = notice("number-notice");
  const fields = inputs(params);
  const submit = button(t("number.agree"), { kind: "main", testid: "number-agree", type: "submit" });
  const others = { kind: "quiet", testid: "number-others", onclick: () => app.go("numberWays") };
  const go = async (event) => {
    event.preventDefault();
    said.say("");
    const what = read(fields);
    if (what) await begun(app, { what, reset, fields, submit, said });
    event.target.querySelector("[aria-invalid]")?.focus();
  };
  const body = [fields.mobile.node, fields.national_id.node, card(fields.card_last4), consent()];
  const words = reset ? "number.forgot" : "number";
  const [content] = page({ title: t(`${words}.title`), lead: t(`${words}.lead`), body });
  const other = reset ? h("p", { class: "hint" }, t("number.forgot.card")) : button(t("number.others"), others);
  const actions = h("div", { class: "actions" }, said.node, submit, other);
  return [h("form", { class: "form", novalidate: true, onsubmit: go }, content, actions)];
}

function inputs(params) {
  const one = (id, words, props) => {
    const made = field({
      ...{ id, label: t(words), hint: t(`${words}.hint`), testid: `number-${id}`, value: params[id] },
      ...props,
    });
    made.input.addEventListener("input", () => (params[id] = made.input.value));
    return made;
  };
  return {
    mobile: one("mobile", "number.mobile", { type: "tel", autocomplete: "tel", maxlength: "20" }),
    national_id: one("national_id", "bind.id", {
      ...{ autocapitalize: "characters", spellcheck: "false", maxlength: "12" },
    }),
    card_last4: one("card_last4", "number.digits", { inputmode: "numeric", maxlength: "8" }),
  };
}

// The drawing stands between the hint and the field, where it is looked for.
function card({ node, input }) {
  const size = { width: "340", height: "214" };
  input.before(h("img", { class: "drawing", src: "/app/card.svg", alt: t("number.card"), ...size }));
  return node;
}

function consent() {
  const list = (...names) => h("ul", {}, ...names.map((name) => h("li", {}, t(name))));
  return h(
    "section",
    { class: "panel consent", "aria-labelledby": "consent-title", testid: "number-consent" },
    h("h2", { id: "consent-title" }, t("number.consent")),
    h("h3", {}, t("number.consent.asked")),
    list("number.consent.1", "number.consent.2", "number.consent.3"),
    h("h3", {}, t("number.consent.not")),
    list("number.consent.4"),
    h("p", {}, t("number.consent.end")),
    h("p", { class: "hint" }, t("number.version", { version: CONSENT })),
  );
}

function read({ mobile, national_id: id, card_last4: digits }) {
  const what = {
    mobile: readMobile(mobile.input.value),
    national_id: readNationalId(id.input.value),
    card_last4: readDigits(digits.input.value),
  };
  mobile.complain(what.mobile ? "" : t("number.mobile.error"));
  id.complain(what.national_id ? "" : t("bind.id.error"));
  digits.complain(what.card_last4 ? "" : t("number.digits.error"));
  return Object.values(what).every(Boolean) ? what : null;
}

async function begun(app, { what, reset, fields, submit, said }) {
  try {
    await busy(submit, () => begin(what, { reset }));
    await app.go("numberGo");
  } catch (error) {
    const errors = error instanceof Refusal ? (error.body.errors ?? {}) : {};
    for (const name of FIELDS) if (errors[name]) fields[name].complain(errors[name].join(" "));
    if (FIELDS.some((name) => errors[name])) return;
    if (error instanceof Refusal && error.status !== 422) await refusedBy(app, error);
    else said.say(wordsFor(error));
  }
}

/** Say how to turn to mobile data, and open the operator's address; a try that is over begins anew by itself. */
export async function numberGo(app) {
  const kept = await attempt();
  if (!kept?.url) return app.screens.numberRefused(app, { code: "nothing" });
  const said = notice("number-notice");
  const steps = ["number.go.1", "number.go.2", "number.go.3"];
  const list = steps.map((name) => h("li", {}, t(name, { mobile: kept.what.mobile })));
  const go = (event) => openOperator(app, event.currentTarget, said);
  return page({
    mark: "signal",
    title: t("number.go.title"),
    lead: t("number.go.lead"),
    body: [
      h("ol", { class: "steps" }, ...list),
      h("p", { class: "hint" }, t("number.go.why")),
      h("p", { class: "hint", testid: "number-host" }, t("number.go.address", { host: new URL(kept.url).host })),
      said.node,
    ],
    actions: [
      button(t("number.go.main"), { kind: "main", testid: "number-go", onclick: go }),
      button(t("number.go.edit"), { testid: "number-edit", onclick: () => app.replace("viaPhone") }),
    ],
  });
}
