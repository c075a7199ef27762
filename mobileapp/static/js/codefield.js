// A device code in two groups of four, as it stands on the page it is read from.

import { cleanCode } from "./binding.js";
import { h } from "./dom.js";

const GROUP = 4;
const WHOLE = /(?<![0-9A-Z])[0-9A-Z]{4}[\s\u2010-\u2015-]?[0-9A-Z]{4}(?![0-9A-Z])/;

/** Return the code in a text that was copied with words around it. */
function found(text) {
  const said = text.normalize("NFKC").toUpperCase();
  return cleanCode(WHOLE.exec(said)?.[0] ?? said);
}

/** Return a labelled code field; `labels` names the two groups for who does not see them, `onchange` gets the code. */
export function codeField({ id, label, labels, hint, testid, value = "", onchange }) {
  const error = h("p", { class: "error", id: `${id}-error`, testid: `${testid}-error`, hidden: true });
  const group = (index) =>
    h("input", {
      id: index ? `${id}-${index + 1}` : id,
      testid: index ? `${testid}-${index + 1}` : testid,
      class: "big",
      "aria-label": labels[index],
      "aria-describedby": `${id}-hint ${id}-error`,
      autocomplete: "off",
      autocapitalize: "characters",
      spellcheck: "false",
      enterkeyhint: "next",
    });
  const [first, second] = [group(0), group(1)];
  const code = () => cleanCode(first.value) + cleanCode(second.value);

  const put = (text) => {
    [first.value, second.value] = [text.slice(0, GROUP), text.slice(GROUP, 2 * GROUP)];
  };
  const focusAt = (input, at) => {
    input.focus();
    input.setSelectionRange(at, at);
  };
  const atStart = (input) => input.selectionStart === 0 && input.selectionEnd === 0;

  const typed = (event) => {
    if (event.isComposing) return; // an input method writes letters before it knows them
    const input = event.currentTarget;
    const text = cleanCode(input.value);
    if (text.length >= 2 * GROUP) {
      put(text);
      focusAt(second, second.value.length);
    } else if (input === first && text.length >= GROUP) {
      const over = text.slice(GROUP);
      put(text.slice(0, GROUP) + over + cleanCode(second.value));
      focusAt(second, over.length);
    } else {
      const at = cleanCode(input.value.slice(0, input.selectionStart)).length;
      input.value = text.slice(0, GROUP);
      input.setSelectionRange(at, at);
    }
    onchange?.(code());
  };
  const pasted = (event) => {
    const text = found(event.clipboardData.getData("text"));
    if (text.length <= GROUP) return; // a group alone goes where it was pasted
    event.preventDefault();
    put(text);
    focusAt(second, second.value.length);
    onchange?.(code());
  };
  const pressed = (event) => {
    if (event.currentTarget === first) {
      if (event.key !== "ArrowRight" || first.selectionStart < first.value.length) return;
      event.preventDefault();
      focusAt(second, 0);
    } else if (["Backspace", "ArrowLeft"].includes(event.key) && atStart(second)) {
      event.preventDefault();
      if (event.key === "Backspace") first.value = first.value.slice(0, -1);
      focusAt(first, first.value.length);
      onchange?.(code());
    }
  };
  for (const input of [first, second]) {
    input.addEventListener("input", typed);
    input.addEventListener("compositionend", typed);
    input.addEventListener("paste", pasted);
    input.addEventListener("keydown", pressed);
  }
  put(cleanCode(value));

  const complain = (text) => {
    error.textContent = text ?? "";
    error.hidden = !text;
    const wrong = [first, second].filter((each) => !/^[0-9A-HJKMNP-TV-Z]{4}$/.test(each.value));
    for (const each of [first, second]) {
      if (text && wrong.includes(each)) each.setAttribute("aria-invalid", "true");
      else each.removeAttribute("aria-invalid");
    }
  };
  const node = h(
    "div",
    { class: "field", role: "group", "aria-labelledby": `${id}-label` },
    h("label", { for: id, id: `${id}-label` }, label),
    h("p", { class: "hint", id: `${id}-hint` }, hint),
    h("div", { class: "code-groups" }, first, h("span", { "aria-hidden": "true" }, "–"), second),
    error,
  );
  return { node, code, complain };
}
