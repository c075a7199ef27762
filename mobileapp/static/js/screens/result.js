// How something ended, and what to do next. Everything comes as names of words, so that it can change language.

import { button, page } from "../page.js";
import { t } from "../i18n.js";

/** Show `{mark, title, lead | detail, values, main: [label, screen], other: [label, screen]}`. */
export function result(app, { mark, title, lead, detail, values, main, other }) {
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
    actions: [action(main, "main"), other && action(other, "plain")].filter(Boolean),
  });
}
