// The logins that this phone approved, with their numbers, to compare with what the website shows.

import { h } from "../dom.js";
import { moment, t } from "../i18n.js";
import { button, factList, page } from "../page.js";
import { receiptsKept } from "../receipts.js";

/** Show the approvals that this phone remembers. */
export async function receipts(app) {
  const kept = await receiptsKept();
  const rows = kept.map(({ receipt, at, from, browser }) =>
    h("li", { testid: "receipt" }, factList([
      ["receipt", t("login.receipt"), receipt],
      ["time", t("login.time"), moment(at)],
      ["from", t("login.from"), [from, browser].filter(Boolean).join(" · ")],
    ])),
  );
  return page({
    title: t("receipts.title"),
    lead: t(kept.length ? "receipts.lead" : "receipts.empty"),
    body: kept.length ? [h("ul", { class: "receipts" }, ...rows)] : [],
    actions: [button(t("app.home"), { testid: "receipts-home", onclick: () => app.home() })],
  });
}
