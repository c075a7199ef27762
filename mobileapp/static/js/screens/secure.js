// After binding: what guards the keys from now on. The phone's own unlock where it offers one, else an app PIN.

import { h } from "../dom.js";
import { Locked, Unbound } from "../errors.js";
import { t } from "../i18n.js";
import { busy, button, field, notice, page, wordsFor } from "../page.js";
import { phoneCanUnlock } from "../passkey.js";
import { isWeak, readPin } from "../pin.js";
import { setUpPhone, setUpPin } from "../unlock.js";

/** Props of a field for a PIN: digits on the keyboard, hidden as they are typed, pasted as one likes. */
export const PIN_FIELD = { type: "password", inputmode: "numeric", class: "pin", enterkeyhint: "done" };

/** Let the person set up the unlock; `params.name` is whom to greet after a binding. */
export async function secure(app, params) {
  params.pin ??= !(await phoneCanUnlock());
  return params.pin ? withPin(app, params) : withPhone(app, params);
}

function withPhone(app, params) {
  const said = notice("secure-notice");
  const instead = button(t("secure.pin.instead"), {
    testid: "secure-instead",
    onclick: () => app.replace("secure", { ...params, pin: true }),
  });
  instead.hidden = true; // only where the phone's own way does not work
  const go = async (event) => {
    try {
      await busy(event.currentTarget, setUpPhone);
      await done(app, params);
    } catch (error) {
      if (error instanceof Unbound) return app.replace("home");
      said.say(error instanceof Locked ? t("secure.phone.failed") : wordsFor(error));
      instead.hidden = false;
    }
  };
  return page({
    mark: "lock",
    title: t("secure.phone.title"),
    lead: t("secure.phone.lead"),
    body: [said.node],
    actions: [
      button(t("secure.phone.main"), { kind: "main", testid: "secure-phone", onclick: go }),
      instead,
    ],
  });
}

function withPin(app, params) {
  const pin = pinField("pin", "secure.pin");
  const again = pinField("again", "secure.again");
  const submit = button(t("secure.submit"), { kind: "main", testid: "secure-submit", type: "submit" });
  const go = async (event) => {
    event.preventDefault();
    const chosen = readPin(pin.input.value);
    pin.complain(chosen === null ? t("secure.pin.form") : isWeak(chosen) ? t("secure.pin.weak") : "");
    again.complain(chosen !== null && chosen !== readPin(again.input.value) ? t("secure.pin.differs") : "");
    const wrong = event.target.querySelector("[aria-invalid]");
    if (wrong) return wrong.focus();
    await busy(submit, () => setUpPin(chosen));
    await done(app, params);
  };
  const [content] = page({
    title: t("secure.pin.title"),
    lead: t("secure.pin.lead"),
    body: [pin.node, again.node],
  });
  return [
    h(
      "form",
      { class: "form", novalidate: true, onsubmit: go },
      content,
      h("div", { class: "actions" }, submit),
    ),
  ];
}

function pinField(id, words) {
  return field({ id, label: t(words), hint: t(`${words}.hint`), testid: `secure-${id}`, ...PIN_FIELD });
}

function done(app, { name, words = "bind.done.lead" }) {
  if (!name) return app.replace("home");
  return app.replace("result", {
    mark: "done",
    title: "bind.done.title",
    lead: words,
    values: { name },
    main: ["bind.done.main", "home"],
  });
}
