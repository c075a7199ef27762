// The shape that every screen shares: a mark, one heading, one sentence, the thing itself, one main action.

import { Locked, Offline, Refusal, Unbound } from "./errors.js";
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";

/** Return a screen's nodes; `mark` is one of done, failed, info, wait, lock; the first action is the main one. */
export function page({ mark, title, lead, body = [], actions = [] }) {
  return [
    h(
      "div",
      { class: "content" },
      mark && h("div", { class: `mark mark-${mark}`, testid: `mark-${mark}` }, icon(mark)),
      h("h1", { tabindex: "-1", testid: "title" }, title),
      lead && h("p", { class: "lead", testid: "lead" }, lead),
      ...body,
    ),
    actions.length > 0 && h("div", { class: "actions" }, ...actions),
  ].filter(Boolean);
}

/** Return a button; `kind` is main, plain, quiet or danger. */
export function button(label, { kind = "plain", testid, onclick, sign, disabled, type = "button" }) {
  return h(
    "button",
    { type, class: `button ${kind}`, testid, onclick, disabled },
    sign && icon(sign),
    h("span", {}, label),
  );
}

/** Return a wide button with an icon, a name and a hint: one way on among several. */
export function tile({ sign, title, hint, kind = "plain", testid, onclick, ...rest }) {
  const words = h("span", { class: "tile-words" }, h("strong", {}, title), h("span", {}, hint));
  const props = { type: "button", class: `tile ${kind}`, testid, onclick, ...rest };
  return h("button", props, icon(sign), words, icon("next"));
}

/** Return facts as a list of terms and values; each row is [name, term, value]. */
export function factList(rows) {
  const line = ([name, term, value]) => [
    h("dt", {}, term),
    h("dd", { testid: `fact-${name}` }, value || "—"),
  ];
  return h("dl", { class: "facts" }, ...rows.flatMap(line));
}

/** Return a labelled field with its hint and a place for its error. */
export function field({ id, label, hint, testid, value = "", ...rest }) {
  const described = `${id}-hint ${id}-error`;
  const input = h("input", {
    id,
    name: id,
    testid,
    "aria-describedby": described,
    autocomplete: "off",
    ...rest,
  });
  input.value = value;
  const error = h("p", { class: "error", id: `${id}-error`, testid: `${testid}-error`, hidden: true });
  const node = h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    h("p", { class: "hint", id: `${id}-hint` }, hint ?? ""),
    input,
    error,
  );
  const complain = (text) => {
    error.textContent = text ?? "";
    error.hidden = !text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  return { node, input, complain };
}

/** Return a place for what went wrong, read aloud when it is filled. */
export function notice(testid = "notice") {
  const node = h("p", { class: "notice", role: "alert", testid, hidden: true });
  return {
    node,
    say(text) {
      node.textContent = text ?? "";
      node.hidden = !text;
    },
  };
}

/** Run work while a button shows that it goes on; the button cannot be pressed twice. */
export async function busy(pressed, work) {
  const focused = document.activeElement === pressed; // which a disabled button loses
  pressed.disabled = true;
  pressed.classList.add("busy");
  pressed.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    pressed.disabled = false;
    pressed.classList.remove("busy");
    pressed.removeAttribute("aria-busy");
    if (focused) pressed.focus();
  }
}

/** Return the sentence for a failed call; re-raises what is not a failed call. */
export function wordsFor(error) {
  if (error instanceof Offline) return t("trouble.offline");
  if (error instanceof Unbound) return t("trouble.unbound");
  if (error instanceof Locked) return t("trouble.locked");
  if (!(error instanceof Refusal)) throw error;
  const fields = Object.values(error.body.errors ?? {})
    .flat()
    .filter((text) => typeof text === "string");
  if (error.detail) return [error.detail, ...fields].join(" ");
  return t(
    error.status === 429 ? "trouble.often" : error.status >= 500 ? "trouble.server" : "trouble.refused",
  );
}
