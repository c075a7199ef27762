// What guards this phone, renewed: its keys, and the app PIN.

import { h } from "../dom.js";
import { Unbound } from "../errors.js";
import { t } from "../i18n.js";
import { busy, button, field, notice, page, wordsFor } from "../page.js";
import { isWeak, readPin } from "../pin.js";
import { changeKeys } from "../rotation.js";
import { get } from "../store.js";
import { changePin } from "../unlock.js";
import { PIN_FIELD } from "./secure.js";

/** Put new keys in the place of this phone's; `params.unfinished` where a change was cut short. */
export async function newKeys(app, { unfinished }) {
  const pin = (await get("unlock"))?.kind === "pin" && pinField("present");
  const words = unfinished ? "keys.unfinished" : "keys.new";
  return form(app, {
    ...{ title: t(`${words}.title`), lead: t(`${words}.lead`), label: t("keys.new.submit"), fields: [pin].filter(Boolean) },
    read: () => !pin || fits(pin),
    work: () => changeKeys(pin && readPin(pin.input.value)),
    done: "keys.new.done",
  });
}

/** Put another app PIN in the place of the present one. */
export function newPin(app) {
  const [present, pin, again] = ["present", "pin", "again"].map(pinField);
  const read = () => {
    const chosen = readPin(pin.input.value);
    fits(present);
    pin.complain(chosen === null ? t("secure.pin.form") : isWeak(chosen) ? t("secure.pin.weak") : "");
    again.complain(chosen !== null && chosen !== readPin(again.input.value) ? t("secure.pin.differs") : "");
    return ![present, pin, again].some(({ input }) => input.hasAttribute("aria-invalid"));
  };
  return form(app, {
    ...{ title: t("keys.pin.title"), lead: t("keys.pin.lead"), label: t("keys.pin.submit"), fields: [present, pin, again] },
    ...{ read, work: () => changePin(readPin(present.input.value), readPin(pin.input.value)), done: "keys.pin.done" },
  });
}

function form(app, { title, lead, label, fields, read, work, done }) {
  const said = notice("keys-notice");
  const submit = button(label, { kind: "main", testid: "keys-submit", type: "submit" });
  const go = async (event) => {
    event.preventDefault();
    said.say("");
    if (!read()) return event.target.querySelector("[aria-invalid]")?.focus();
    try {
      const left = await busy(submit, work);
      if (left === null) return await app.replace("result", over(done));
      if (left === 0) return await app.replace("home"); // the keys are gone, as after any five wrong PINs
      fields[0].input.value = "";
      fields[0].input.focus();
      said.say(left === 1 ? t("unlock.pin.last") : t("unlock.pin.wrong", { left }));
    } catch (error) {
      if (error instanceof Unbound) await app.replace("home");
      else said.say(wordsFor(error));
    }
  };
  const [content] = page({ mark: "lock", title, lead, body: fields.map(({ node }) => node) });
  const cancel = button(t("app.cancel"), { testid: "keys-cancel", onclick: () => app.back() });
  const actions = h("div", { class: "actions" }, said.node, submit, cancel);
  return [h("form", { class: "form", novalidate: true, onsubmit: go }, content, actions)];
}

function fits({ input, complain }) {
  const typed = readPin(input.value) !== null;
  complain(typed ? "" : t("secure.pin.form"));
  return typed;
}

function pinField(name) {
  const words = name === "present" ? "keys.present" : name === "pin" ? "keys.pin" : "secure.again";
  return field({ id: `keys-${name}`, label: t(words), hint: t(`${words}.hint`), testid: `keys-${name}`, ...PIN_FIELD });
}

function over(done) {
  return { mark: "done", title: `${done}.title`, lead: `${done}.lead`, main: ["app.home", "home"] };
}
