// Choosing a password: twice, with its strength and a button to look at it.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { field } from "./page.js";

const SHORTEST = 6;
const LONGEST = 12;
const STRONG_LENGTH = 8;
const KINDS = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/];

/** Return 0 for nothing, 1 weak, 2 medium, 3 strong-ish, 4 strong: all four kinds of signs and 8 or more. */
export function strength(password) {
  if (password === "") return 0;
  if (password.length < SHORTEST) return 1;
  const kinds = KINDS.filter((kind) => kind.test(password)).length;
  return kinds < KINDS.length ? kinds : password.length >= STRONG_LENGTH ? 4 : 3;
}

/** Return {node, first, read}: `read` says what is wrong and returns the password, or null. */
export function passwordFields(params) {
  const first = hidden("password", params);
  const again = hidden("again", params);
  const meter = meterOf(first.input);
  first.node.append(meter);
  const read = () => {
    const chosen = first.input.value;
    const fits = chosen.length >= SHORTEST && chosen.length <= LONGEST;
    first.complain(fits ? "" : t("number.password.error"));
    again.complain(fits && again.input.value !== chosen ? t("number.again.error") : "");
    return fits && again.input.value === chosen ? chosen : null;
  };
  return { node: h("div", { class: "passwords" }, first.node, again.node, shower([first.input, again.input])), first, read };
}

function hidden(name, params) {
  const made = field({
    ...{ id: `number-${name}`, label: t(`number.${name}`), hint: t(`number.${name}.hint`) },
    ...{ testid: `number-${name}`, type: "password", maxlength: String(LONGEST), autocomplete: "new-password" },
    value: params[name],
  });
  made.input.addEventListener("input", () => (params[name] = made.input.value));
  return made;
}

function meterOf(input) {
  const words = h("span", { role: "status", testid: "number-strength" });
  const bars = h("span", { class: "bars", "aria-hidden": "true" }, ...[1, 2, 3, 4].map(() => h("i")));
  const node = h("div", { class: "meter" }, bars, words);
  const show = () => {
    const level = strength(input.value);
    node.dataset.level = level;
    words.textContent = level ? t("number.strength", { word: t(`number.strength.${level}`) }) : "";
  };
  input.addEventListener("input", show);
  show();
  return node;
}

function shower(inputs) {
  const box = h("input", { type: "checkbox", id: "number-show", testid: "number-show" });
  box.addEventListener("change", () => {
    for (const input of inputs) input.type = box.checked ? "text" : "password";
  });
  return h("label", { class: "check", for: "number-show" }, box, h("span", {}, t("number.show.what")));
}
