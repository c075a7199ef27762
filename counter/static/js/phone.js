/** A phone is bound at the counter: the person's card is read, then the code is followed until the phone has used it. */
import { call } from "/static/js/api.js";
import { proveCard } from "/static/js/card.js";
import { followCode, showCode } from "/static/js/device-code.js";
import { handle, replaceView, value } from "/static/js/form.js";

const form = document.getElementById("make-code");

if (form) {
  const path = `/counter/people/${form.dataset.person}/device-codes`;
  handle(form, async () => {
    const body = { card_proof: await proveCard("counter"), reason: value(form, "reason") ?? "" };
    const order = await call("POST", path, body);
    showCode(order, form);
    followCode(order, path, async () => {});
  });
  document.getElementById("regenerate").addEventListener("click", () => replaceView(document.getElementById("code"), form));
}
