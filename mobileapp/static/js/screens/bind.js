// Binding: by the typed code and the person's ID, or by what was scanned or opened (`text`).

import { bind as bindPhone, readCode, readNationalId } from "../binding.js";
import { codeField } from "../codefield.js";
import { suggestedName } from "../device.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { busy, button, field, notice, page, wordsFor } from "../page.js";

/** Ask for what binding needs and do it. */
export async function bind(app, params) {
  params.name ??= await suggestedName();
  const said = notice("bind-notice");
  const fields = params.text ? {} : typedFields(params);
  const name = field({
    id: "name",
    label: t("bind.name"),
    hint: t("bind.name.hint"),
    testid: "bind-name",
    value: params.name,
    maxlength: "40",
  });
  name.input.addEventListener("input", () => (params.name = name.input.value));
  const submit = button(t("bind.submit"), { kind: "main", testid: "bind-submit", type: "submit" });
  const go = async (event) => {
    event.preventDefault();
    said.say("");
    const way = params.text ? { qr_text: params.text } : readTyped(fields);
    if (!name.input.value.trim()) name.complain(t("bind.name.error"));
    if (way && name.input.value.trim())
      await submitted(app, { way, name: name.input.value.trim(), submit, said });
    else event.target.querySelector("[aria-invalid]")?.focus();
  };
  const cancel = params.text && button(t("app.cancel"), { testid: "bind-cancel", onclick: () => app.home() });
  const inputs = [fields.code, fields.id, name].filter(Boolean).map((one) => one.node);
  const [content] = page({
    title: t(`${kindOf(params)}.title`),
    lead: t(`${kindOf(params)}.lead`),
    body: inputs,
  });
  return [
    h(
      "form",
      { class: "form", novalidate: true, onsubmit: go },
      content,
      h("div", { class: "actions" }, said.node, submit, cancel || ""),
    ),
  ];
}

function kindOf(params) {
  return params.text ? "bind.qr" : "bind.typed";
}

function typedFields(params) {
  const plain = { autocapitalize: "characters", spellcheck: "false" };
  const code = codeField({
    id: "code",
    label: t("bind.code"),
    labels: [t("bind.code.first"), t("bind.code.second")],
    hint: t("bind.code.hint"),
    testid: "bind-code",
    value: params.code,
    onchange: (typed) => (params.code = typed),
  });
  const id = field({
    id: "id",
    label: t("bind.id"),
    hint: t("bind.id.hint"),
    testid: "bind-national-id",
    value: params.id,
    maxlength: "12",
    ...plain,
  });
  id.input.addEventListener("input", () => (params.id = id.input.value));
  return { code, id };
}

function readTyped({ code, id }) {
  const read = { code: readCode(code.code()), national_id: readNationalId(id.input.value) };
  code.complain(read.code ? "" : t("bind.code.error"));
  id.complain(read.national_id ? "" : t("bind.id.error"));
  return read.code && read.national_id ? read : null;
}

async function submitted(app, { way, name, submit, said }) {
  try {
    const { person } = await busy(submit, () => bindPhone(way, name));
    await app.replace("secure", { name: person.name });
  } catch (error) {
    said.say(wordsFor(error));
  }
}
