// How something ended, and what to do next. Everything comes as names of words, so that it can change language.

import { button, factList, page } from "../page.js";
import { t } from "../i18n.js";

/**
 * Show `{mark, title, lead | detail, values, facts: {label: value}, main: [label, screen], other: [label, screen]}`;
 * with `leave` ({label, href}) the main way leads out of the app.
 */
export function result(app, { mark, title, lead, detail, values, facts, leave, main, other }) {
  const action = ([label, screen, params], kind) =>
    button(t(label), {
      kind,
      testid: `result-${kind === "main" ? "main" : "other"}`,
      onclick: () => app.go(screen, params),
    });
  return page({
    mark,
    title: t(title, values),
    lead: detail ?? (lead && t(lead, values)),
    body: facts ? [shown(facts)] : [],
    actions: [
      leave && button(t(leave.label), { kind: "main", testid: "result-leave", onclick: () => location.assign(leave.href) }),
      action(main, leave ? "plain" : "main"),
      other && action(other, "plain"),
    ].filter(Boolean),
  });
}

function shown(facts) {
  return factList(Object.entries(facts).map(([label, value]) => [label.split(".").at(-1), t(label), value]));
}
