// Back from the operator: its answer is handed in at once, then the person chooses what is still to be chosen.

import * as clock from "../clock.js";
import { h } from "../dom.js";
import { Locked, Offline } from "../errors.js";
import { t, timeOfMinute } from "../i18n.js";
import { busy, button, field, notice, page, wordsFor } from "../page.js";
import { passwordFields } from "../password.js";
import { loadTerms } from "../terms.js";
import { attempt, finish, handIn, isLive, take } from "../verification.js";
import { refusedBy } from "./phone-refused.js";

const RESET_DONE = {
  ...{ mark: "done", title: "number.reset.done.title", lead: "number.reset.done.lead" },
  main: ["app.home", "home"],
};
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Hand in what the operator sent this phone back with. */
export function numberBack(app, { answer }) {
  judge(app, answer);
  const [content] = page({ mark: "wait", title: t("number.waiting"), lead: t("number.waiting.lead") });
  content.setAttribute("aria-busy", "true");
  app.announce(t("number.waiting"));
  return [content];
}

async function judge(app, answer) {
  const fault = await take(answer);
  if (fault) return app.replace("numberRefused", { code: fault });
  try {
    await handIn();
    if (!app.signal.aborted) await app.replace("numberAccount", {});
  } catch (error) {
    if (!app.signal.aborted) await refusedBy(app, error, answer);
  }
}

/** Ask for the password, and new people for their address and the terms as well. */
export async function numberAccount(app, params) {
  const kept = await attempt();
  if (!isLive(kept) || !kept.asked) return app.screens.numberRefused(app, { code: kept?.id ? "over" : "nothing" });
  const isNew = kept.asked.includes("email");
  const kind = isNew ? "number.new" : kept.reset ? "number.reset" : "number.known";
  const terms = isNew ? await termsOrNothing() : null;
  if (isNew && !terms) return app.screens.numberRefused(app, { code: "terms" });
  const said = notice("number-notice");
  const passwords = passwordFields(params);
  const email = isNew && emailField(params);
  const submit = button(t(`${kind}.submit`), { kind: "main", testid: "number-submit", type: "submit" });
  const go = async (event) => {
    event.preventDefault();
    said.say("");
    const chosen = read({ passwords, email, terms });
    if (chosen) await chosenIs(app, chosen, { passwords, email, submit, said });
    event.target.querySelector("[aria-invalid]")?.focus();
  };
  const time = timeOfMinute(kept.until - clock.now() + Date.now()); // as this phone's own clock shows it
  const [content] = page({
    mark: "done",
    title: t(`${kind}.title`),
    lead: t(`${kind}.lead`, { time }),
    body: [passwords.node, email && email.node, terms && shown(terms)].filter(Boolean),
  });
  return [
    h("form", { class: "form", novalidate: true, onsubmit: go }, content, h("div", { class: "actions" }, said.node, submit)),
  ];
}

async function termsOrNothing() {
  try {
    return await loadTerms();
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    return null;
  }
}

function emailField(params) {
  const email = field({
    ...{ id: "number-email", label: t("number.email"), hint: t("number.email.hint"), testid: "number-email" },
    ...{ type: "email", autocomplete: "email", maxlength: "254", value: params.email },
  });
  email.input.addEventListener("input", () => (params.email = email.input.value));
  return email;
}

function shown({ version, nodes }) {
  const region = { class: "terms", tabindex: "0", role: "region", "aria-labelledby": "terms-title", testid: "number-terms" };
  return h(
    "section",
    {},
    h("h2", { id: "terms-title" }, t("number.terms")),
    h("p", { class: "hint" }, t("number.terms.hint")),
    h("div", { ...region, "data-version": version }, ...nodes),
  );
}

function read({ passwords, email, terms }) {
  const password = passwords.read();
  if (!email) return password && { password };
  const address = email.input.value.trim();
  const fits = EMAIL.test(address);
  email.complain(fits ? "" : t("number.email.error"));
  return password && fits ? { password, email: address, terms_version: terms.version } : null;
}

async function chosenIs(app, chosen, { passwords, email, submit, said }) {
  try {
    const { binding, stayed, errors } = await busy(submit, () => finish(chosen));
    if (stayed) return await app.replace("result", RESET_DONE);
    if (binding)
      return await app.replace("secure", { name: binding.person.name, words: "number.done.lead" });
    const { password, email: address, ...others } = errors;
    if (password) passwords.first.complain(password.join(" "));
    if (address && email) email.complain(address.join(" "));
    said.say(Object.values(others).flat().join(" "));
  } catch (error) {
    if (error instanceof Offline || error instanceof Locked) said.say(wordsFor(error));
    else await refusedBy(app, error);
  }
}
