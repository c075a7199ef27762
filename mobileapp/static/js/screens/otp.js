// The one-time code: shown large, until its 180 seconds are over. Needs no network.

import * as clock from "../clock.js";
import { ring, span, ticking } from "../countdown.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { codeAt, endOf, grouped, stepAt } from "../otp.js";
import { button, page } from "../page.js";
import { get } from "../store.js";

/** Show the code of one step; `params.step` keeps it the same code when only the language changes. */
export async function otp(app, params) {
  const [binding, key] = await Promise.all([get("binding"), get("otp-key")]);
  if (!key) return app.screens.welcome(app);
  const rules = binding.otp;
  params.step ??= stepAt(clock.now(), rules.period);
  const code = h("p", { class: "code", testid: "otp-code" });
  const left = h("p", { class: "left", testid: "otp-left" });
  const lead = h("p", { class: "lead" }, t("otp.lead"));
  const circle = ring(code, left);
  const next = button(t("otp.used"), { kind: "quiet", testid: "otp-new" });
  const view = { code, left, lead, circle, next, key, rules };
  next.addEventListener("click", () => {
    params.step = stepAt(clock.now(), rules.period);
    begin(app, params, view);
  });
  await begin(app, params, view);
  const warning = h("p", { class: "hint warning" }, t("otp.warn"));
  return page({ title: t("otp.title"), body: [lead, circle.node, warning], actions: [next] });
}

async function begin(app, params, view) {
  const { step } = params;
  const text = grouped(await codeAt(view.key, step, view.rules.digits));
  const end = endOf(step, view.rules);
  view.code.textContent = text;
  view.lead.textContent = t("otp.lead");
  view.circle.node.classList.remove("over");
  dress(view.next, "quiet", t("otp.used"));
  app.announce(t("otp.spoken", { code: [...text].join(" "), time: span(secondsTo(end)) }));
  ticking(app.signal, () => {
    if (params.step !== step) return false; // a newer code has taken this one's place
    const seconds = secondsTo(end);
    if (seconds <= 0) return over(app, view);
    view.left.textContent = t("time.left", { time: span(seconds) });
    view.circle.show(seconds / view.rules.valid_for);
    view.next.disabled = stepAt(clock.now(), view.rules.period) === step;
    return true;
  });
}

function secondsTo(end) {
  return Math.ceil((end - clock.now()) / 1000);
}

function over(app, view) {
  view.circle.node.classList.add("over");
  view.circle.show(0);
  view.code.textContent = "—";
  view.left.textContent = t("otp.over");
  view.lead.textContent = t("otp.over.lead");
  dress(view.next, "main", t("otp.new"));
  view.next.disabled = false;
  app.announce(t("otp.over.lead"));
  return false;
}

function dress(next, kind, label) {
  next.className = `button ${kind}`;
  next.querySelector("span").textContent = label;
}
