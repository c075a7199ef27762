// Binding by the mobile number: the way is not open yet; the device code is.

import { t } from "../i18n.js";
import { button, page } from "../page.js";

/** Say so, and offer the device code. */
export function viaPhone(app) {
  return page({
    mark: "signal",
    title: t("phone.title"),
    lead: t("phone.lead"),
    actions: [
      button(t("welcome.code"), {
        kind: "main",
        sign: "keyboard",
        testid: "phone-code",
        onclick: () => app.replace("bind"),
      }),
      button(t("app.home"), { testid: "phone-home", onclick: () => app.home() }),
    ],
  });
}
