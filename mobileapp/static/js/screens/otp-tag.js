// The question for the two characters of the login page, to which the code is tied.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { readTag } from "../otp.js";
import { button, field, page } from "../page.js";

/** Ask for the two characters, then show the code that works beside them only. */
export function askTag(app) {
  const entry = field({
    id: "otp-tag",
    label: t("otp.tag"),
    hint: t("otp.tag.hint"),
    testid: "otp-tag",
    autocapitalize: "characters",
    spellcheck: "false",
    maxlength: "4",
    class: "tag",
  });
  const submit = button(t("otp.tag.go"), { kind: "main", testid: "otp-tag-submit", type: "submit" });
  const go = (event) => {
    event.preventDefault();
    const tag = readTag(entry.input.value);
    entry.complain(tag === null ? t("otp.tag.error") : "");
    if (tag === null) return entry.input.focus();
    return app.replace("otp", { tag });
  };
  const form = h("form", { class: "form", novalidate: true, onsubmit: go }, entry.node, submit);
  return page({ title: t("otp.title"), lead: t("otp.tag.lead"), body: [form] });
}
