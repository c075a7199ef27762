// The question before a key is used, over whatever screen asked for it: the phone's own unlock, or the app PIN.

import { h } from "../dom.js";
import { Locked, Unbound } from "../errors.js";
import { t } from "../i18n.js";
import { busy, button, field, notice } from "../page.js";
import { readPin } from "../pin.js";
import { get } from "../store.js";
import { dropKeys, tryPhone, tryPin } from "../unlock.js";
import { PIN_FIELD } from "./secure.js";

/** Ask until the gate is open; raises Locked where the person gives up, Unbound where the keys are gone. */
export async function askUnlock() {
  const unlock = await get("unlock");
  if (!unlock) throw new Unbound();
  const sheet = h("dialog", { class: "sheet", "aria-labelledby": "sheet-title", testid: "unlock" });
  document.body.append(sheet);
  try {
    await new Promise((resolve, reject) => {
      const question = { sheet, kind: unlock.kind, open: resolve, gone: () => reject(new Unbound()) };
      question.stop = () => reject(new Locked());
      sheet.addEventListener("close", () => question.stop()); // Esc, or the phone's back
      addEventListener("popstate", () => question.stop(), { once: true });
      (unlock.kind === "pin" ? pin : phone)(question);
      sheet.showModal();
      sheet.querySelector("input, button").focus();
    });
  } finally {
    sheet.remove();
  }
}

function fill(sheet, title, parts, actions) {
  const heading = h("h2", { id: "sheet-title", tabindex: "-1", testid: "unlock-title" }, title);
  sheet.replaceChildren(
    h("div", { class: "content" }, heading, ...parts),
    h("div", { class: "actions" }, ...actions),
  );
  return heading;
}

function pin(question) {
  const entry = field({
    id: "unlock-pin",
    label: t("secure.pin"),
    hint: t("unlock.pin.hint"),
    testid: "unlock-pin",
    ...PIN_FIELD,
  });
  const said = notice("unlock-notice");
  const submit = button(t("unlock.submit"), { kind: "main", testid: "unlock-submit", type: "submit" });
  const go = async (event) => {
    event.preventDefault();
    const typed = readPin(entry.input.value);
    entry.complain(typed === null ? t("secure.pin.form") : "");
    said.say("");
    if (typed !== null) await judged(question, await busy(submit, () => tried(question, typed)), said);
    entry.input.value = "";
    entry.input.focus();
  };
  const form = h("form", { class: "form", novalidate: true, onsubmit: go }, entry.node, said.node, submit);
  fill(question.sheet, t("unlock.pin.title"), [form], common(question));
}

async function tried(question, typed) {
  try {
    return await tryPin(typed);
  } catch (error) {
    if (!(error instanceof Unbound)) throw error;
    return 0; // another page used up the tries
  }
}

function judged(question, left, said) {
  if (left === null) question.open();
  else if (left === 0) out(question);
  else said.say(left === 1 ? t("unlock.pin.last") : t("unlock.pin.wrong", { left }));
}

function phone(question) {
  const said = notice("unlock-notice");
  const submit = button(t("unlock.submit"), { kind: "main", testid: "unlock-submit" });
  const go = async () => {
    said.say("");
    try {
      await busy(submit, tryPhone);
      question.open();
    } catch (error) {
      if (!(error instanceof Locked)) throw error;
      said.say(t("unlock.phone.failed"));
      submit.focus();
    }
  };
  submit.addEventListener("click", go);
  const lead = h("p", { class: "lead" }, t("unlock.phone.lead"));
  fill(question.sheet, t("unlock.phone.title"), [lead, said.node], [submit, ...common(question)]);
  go(); // the tap that led here counts; where the browser wants another, the button is there
}

function common(question) {
  return [
    button(t(`unlock.${question.kind}.forgotten`), {
      kind: "quiet",
      testid: "unlock-forgotten",
      onclick: () => forgotten(question),
    }),
    button(t("app.cancel"), { testid: "unlock-cancel", onclick: question.stop }),
  ];
}

function forgotten(question) {
  const lead = h("p", { class: "lead" }, t("unlock.forget.lead"));
  const yes = button(t("unlock.forget.yes"), { kind: "danger", testid: "unlock-forget" });
  yes.addEventListener("click", async () => {
    await busy(yes, dropKeys);
    question.gone();
  });
  const back = button(t("app.back"), {
    testid: "unlock-back",
    onclick: () => (question.kind === "pin" ? pin : phone)(question),
  });
  fill(question.sheet, t("unlock.forget.title"), [lead], [yes, back]).focus();
}

function out(question) {
  question.stop = question.gone; // however it is closed, the keys are gone
  const lead = h("p", { class: "lead", role: "alert" }, t("unlock.out.lead"));
  const bind = button(t("removed.bind"), { kind: "main", testid: "unlock-out", onclick: question.gone });
  fill(question.sheet, t("unlock.out.title"), [lead], [bind]).focus();
}
