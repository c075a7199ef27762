// The person's phones: see them, unbind one, report one as lost.

import { listDevices, reportLost, unbind } from "../api.js";
import { h } from "../dom.js";
import { Unbound } from "../errors.js";
import { moment, t } from "../i18n.js";
import { busy, button, factList, notice, page, tile, wordsFor } from "../page.js";
import { forgetBinding, get } from "../store.js";

/** Show the list of phones. */
export async function phones(app) {
  const list = h(
    "div",
    { class: "list", testid: "phones-list", "aria-busy": "true" },
    h("p", { class: "lead", role: "status" }, t("phones.waiting")),
  );
  fill(app, list);
  return page({ title: t("phones.title"), body: [list] });
}

/** Show one phone and what can be done with it. */
export async function phone(app, { device, here }) {
  const hasPin = here && (await get("unlock"))?.kind === "pin";
  const shown = {
    model: [device.model, device.platform].filter(Boolean).join(" · "),
    bound: moment(device.bound_at),
    how: device.assurance,
    key: device.key_kept,
    used: [moment(device.last_used_at), device.last_used_from].filter(Boolean).join(" · "),
  };
  const facts = factList(Object.entries(shown).map(([name, value]) => [name, t(`phones.${name}`), value]));
  const ask = (what) => app.go("confirm", { what, device, here });
  return page({
    title: device.name,
    lead: here ? t("phones.this") : undefined,
    body: [facts],
    actions: [
      here &&
        button(t("phones.move"), { kind: "main", testid: "phone-move", onclick: () => app.go("move", {}) }),
      button(t("phones.rename"), {
        testid: "phone-rename",
        onclick: () => app.replace("rename", { device, here }),
      }),
      here && button(t("keys.new"), { testid: "phone-keys", onclick: () => app.go("newKeys", {}) }),
      hasPin && button(t("keys.pin.change"), { testid: "phone-pin", onclick: () => app.go("newPin", {}) }),
      !here && button(t("phones.lost"), { kind: "danger", testid: "phone-lost", onclick: () => ask("lost") }),
      button(t("phones.unbind"), { testid: "phone-unbind", onclick: () => ask("unbind") }),
    ].filter(Boolean),
  });
}

/** Ask once more before a phone is unbound or reported. */
export function confirm(app, { what, device, here }) {
  const said = notice("confirm-notice");
  const go = async (event) => {
    try {
      await busy(event.currentTarget, () => carryOut(what, device, here));
      await app.replace("result", done(what, device, here));
    } catch (error) {
      if (error instanceof Unbound) await app.replace("home");
      else said.say(wordsFor(error));
    }
  };
  return page({
    title: t(`${what}.title`, { name: device.name }),
    lead: t(here ? "unbind.self" : `${what}.lead`),
    body: [said.node],
    actions: [
      button(t(what === "lost" ? "phones.lost" : "phones.unbind"), {
        kind: "danger",
        testid: "confirm-yes",
        onclick: go,
      }),
      button(t("app.cancel"), { testid: "confirm-no", onclick: () => app.back() }),
    ],
  });
}

async function fill(app, list) {
  const { signal } = app;
  try {
    const [devices, binding] = await Promise.all([listDevices(), get("binding")]);
    if (signal.aborted) return;
    const rows = devices.map((device) => row(app, device, device.id === binding?.device.id));
    list.replaceChildren(...(rows.length > 0 ? rows : [h("p", { class: "lead" }, t("phones.empty"))]));
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof Unbound) return app.replace("home");
    const again = button(t("app.again"), {
      kind: "main",
      testid: "phones-again",
      onclick: () => app.replace("phones"),
    });
    list.replaceChildren(h("p", { class: "notice", role: "alert" }, wordsFor(error)), again);
  } finally {
    list.removeAttribute("aria-busy");
  }
}

function row(app, device, here) {
  const hint = here ? t("phones.this") : `${t("phones.bound")} ${moment(device.bound_at)}`;
  const onclick = () => app.go("phone", { device, here });
  return tile({
    sign: "phone",
    title: device.name,
    hint,
    testid: "phones-item",
    "data-device": device.id,
    onclick,
  });
}

async function carryOut(what, device, here) {
  await (what === "lost" ? reportLost(device.id) : unbind(device.id));
  if (here) await forgetBinding();
}

function done(what, device, here) {
  const main = here ? ["app.home", "home"] : ["phones.title", "phones"];
  return {
    mark: "done",
    title: `${what}.done.title`,
    lead: `${what}.done.lead`,
    values: { name: device.name },
    main,
  };
}
