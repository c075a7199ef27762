// After "not me": no new phone is bound in this person's name until their card allows it again.

import { freezeBindings } from "../api.js";
import { Unbound } from "../errors.js";
import { t } from "../i18n.js";
import { page, wordsFor } from "../page.js";

/** Stop new phones, and say what came of it. */
export function freeze(app) {
  stop(app);
  return page({ mark: "wait", title: t("freeze.working") });
}

async function stop(app) {
  const home = ["app.home", "home"];
  try {
    await freezeBindings();
    await app.replace("result", { mark: "done", title: "freeze.done.title", lead: "freeze.done.lead", main: home });
  } catch (error) {
    if (error instanceof Unbound) return app.replace("home");
    const [title, main] = ["freeze.failed.title", ["freeze.again", "freeze"]];
    await app.replace("result", { mark: "failed", title, detail: wordsFor(error), main, other: home });
  }
}
