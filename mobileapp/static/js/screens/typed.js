// In the place of the camera: the eight symbols that the page shows, for whoever cannot scan.

import { readCode } from "../binding.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { button, field, page } from "../page.js";

/** Ask for the page's code, and go on as after a scan. */
export function typed(app, params) {
  const code = field({
    id: "page-code",
    label: t("typed.code"),
    hint: t("typed.code.hint"),
    testid: "typed-code",
    value: params.code,
    class: "big",
    maxlength: "16",
    autocapitalize: "characters",
    spellcheck: "false",
  });
  code.input.addEventListener("input", () => (params.code = code.input.value));
  const go = (event) => {
    event.preventDefault();
    const read = readCode(code.input.value);
    code.complain(read ? "" : t("typed.code.error"));
    if (read) app.replace("asking", { scanned: { code: read } });
    else code.input.focus();
  };
  const [content] = page({ title: t("typed.title"), lead: t("typed.lead"), body: [code.node] });
  const submit = button(t("typed.submit"), { kind: "main", testid: "typed-submit", type: "submit" });
  const rescan = button(t("welcome.scan"), { testid: "typed-scan", sign: "scan", onclick: () => app.replace("scan") });
  return [h("form", { class: "form", novalidate: true, onsubmit: go }, content, h("div", { class: "actions" }, submit, rescan))];
}
