// Two things about one phone: its name, and the way to a new phone.

import { rename as renamePhone, thisDevice } from "../api.js";
import * as clock from "../clock.js";
import { span, ticking } from "../countdown.js";
import { h } from "../dom.js";
import { Offline, Refusal, Unbound } from "../errors.js";
import { t } from "../i18n.js";
import { beginMove } from "../move.js";
import { busy, button, field, notice, page, wordsFor } from "../page.js";

const LOOK_EVERY = 16; // ticks, so every four seconds: is the new phone bound?

/** Take another name for a phone. */
export function rename(app, params) {
  const { device } = params;
  const said = notice("rename-notice");
  const name = field({
    id: "name",
    label: t("bind.name"),
    testid: "rename-name",
    value: params.name ?? device.name,
    maxlength: "40",
  });
  name.input.addEventListener("input", () => (params.name = name.input.value));
  const save = button(t("rename.save"), { kind: "main", testid: "rename-save", type: "submit" });
  const go = async (event) => {
    event.preventDefault();
    const wanted = name.input.value.trim();
    name.complain(wanted ? "" : t("bind.name.error"));
    if (!wanted) return name.input.focus();
    try {
      const changed = await busy(save, () => renamePhone(device.id, wanted));
      await app.replace("phone", { ...params, device: changed });
    } catch (error) {
      if (error instanceof Unbound) await app.replace("home");
      else said.say(wordsFor(error));
    }
  };
  const nodes = page({ title: t("rename.title"), body: [name.node] });
  return [
    h(
      "form",
      { class: "form", novalidate: true, onsubmit: go },
      ...nodes,
      h("div", { class: "actions" }, said.node, save),
    ),
  ];
}

/** Say what a move does, then show the code that the new phone scans. */
export function move(app, params) {
  return params.code ? shown(app, params) : asked(app, params);
}

function asked(app, params) {
  const said = notice("move-notice");
  const go = async (event) => {
    try {
      const code = await busy(event.currentTarget, beginMove);
      await app.replace("move", { ...params, code });
    } catch (error) {
      if (error instanceof Unbound) await app.replace("home");
      else said.say(wordsFor(error));
    }
  };
  return page({
    title: t("move.title"),
    lead: t("move.lead"),
    body: [said.node],
    actions: [
      button(t("move.go"), { kind: "main", testid: "move-go", onclick: go }),
      button(t("app.cancel"), { testid: "move-cancel", onclick: () => app.back() }),
    ],
  });
}

function shown(app, { code }) {
  const left = h("p", { class: "left", testid: "move-left" });
  const source = `data:image/svg+xml;base64,${btoa(code.qr_svg)}`;
  const names = { alt: t("move.picture"), testid: "move-qr", "data-text": code.qr_text };
  const picture = h("img", { class: "qr", src: source, ...names });
  watch(app, code, left);
  return page({
    title: t("move.show.title"),
    lead: t("move.show.lead"),
    body: [picture, left],
    actions: [button(t("app.cancel"), { testid: "move-cancel", onclick: () => app.home() })],
  });
}

/** Count down, and notice by itself when the new phone has taken this one's place. */
function watch(app, code, left) {
  const end = Date.parse(code.expires_at);
  let ticks = 0;
  ticking(app.signal, () => {
    const seconds = Math.ceil((end - clock.now()) / 1000);
    left.textContent = seconds > 0 ? t("time.left", { time: span(seconds) }) : t("move.over");
    ticks += 1;
    if (seconds > 0 && ticks % LOOK_EVERY === 0) look(app);
    return seconds > 0;
  });
}

async function look(app) {
  try {
    await thisDevice();
  } catch (error) {
    if (app.signal.aborted || error instanceof Offline || error instanceof Refusal) return;
    if (!(error instanceof Unbound)) throw error;
    const result = { mark: "done", title: "move.done.title", lead: "move.done.lead", main: ["app.home", "home"] };
    await app.replace("result", result);
  }
}
