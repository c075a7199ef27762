// The start: who this phone speaks for and what it can do; or the way to binding.

import { thisDevice } from "../api.js";
import { h } from "../dom.js";
import { Offline, Refusal, Unbound } from "../errors.js";
import { t } from "../i18n.js";
import { busy, button, notice, page, tile, wordsFor } from "../page.js";
import { get } from "../store.js";

/** Show the start of a bound phone; a phone that is not bound is led to binding. */
export async function home(app) {
  const binding = await get("binding");
  if (!binding) return welcome(app);
  if (await get("removed")) return removed(app);
  if (!(await get("unlock"))) return app.screens.secure(app, {});
  if (await get("rekey")) return app.screens.newKeys(app, { unfinished: true });
  const state = h("p", { class: "state", testid: "home-state", role: "status" });
  const show = (name) => {
    state.dataset.state = name;
    state.replaceChildren(h("span", { class: "dot" }), t(`home.${name}`));
  };
  show("checking");
  check(app, show);
  const { name, national_id: nationalId } = binding.person;
  const who = h("p", { class: "who", testid: "person-id" }, nationalId);
  const ways = [way(app, "scan", "scan", "main"), way(app, "otp", "code"), way(app, "phones", "phone")];
  return page({
    title: t("home.hello", { name }),
    body: [who, state, h("div", { class: "tiles" }, ...ways)],
    actions: [
      button(t("receipts.title"), { kind: "quiet", testid: "home-receipts", onclick: () => app.go("receipts") }),
      button(t("number.forgot.title"), {
        ...{ kind: "quiet", testid: "home-forgot" },
        onclick: () => app.go("viaPhone", { reset: true }),
      }),
    ],
  });
}

/** Show the ways to bind this phone. */
export function welcome(app) {
  return page({
    mark: "phone",
    title: t("welcome.title"),
    lead: t("welcome.lead"),
    actions: [
      button(t("welcome.scan"), {
        kind: "main",
        sign: "scan",
        testid: "welcome-scan",
        onclick: () => app.go("scan"),
      }),
      button(t("welcome.code"), { sign: "keyboard", testid: "welcome-code", onclick: () => app.go("bind") }),
      button(t("welcome.phone"), {
        sign: "signal",
        testid: "welcome-phone",
        onclick: () => app.go("viaPhone"),
      }),
    ],
  });
}

function removed(app) {
  const said = notice("removed-notice");
  const again = async (event) => {
    try {
      await busy(event.currentTarget, thisDevice);
      await app.replace("home");
    } catch (error) {
      said.say(error instanceof Unbound ? t("removed.still") : wordsFor(error));
    }
  };
  return page({
    mark: "info",
    title: t("removed.title"),
    lead: t("removed.lead"),
    body: [said.node],
    actions: [
      button(t("removed.bind"), { kind: "main", testid: "removed-bind", onclick: () => app.go("welcome") }),
      button(t("removed.check"), { testid: "removed-check", onclick: again }),
    ],
  });
}

function way(app, name, sign, kind) {
  const words = { title: t(`home.${name}`), hint: t(`home.${name}.hint`) };
  return tile({ sign, ...words, kind, testid: `home-${name}`, onclick: () => app.go(name) });
}

async function check(app, show) {
  try {
    await thisDevice();
    if (await get("rekey")) await app.replace("home"); // a change of keys was cut short, and is finished there
    else show("bound");
  } catch (error) {
    if (app.signal.aborted) return; // the next call of the screen that came after says it too
    if (error instanceof Unbound) await app.replace("home");
    else if (error instanceof Offline) show("offline");
    else if (error instanceof Refusal) show("trouble");
    else throw error;
  }
}
