/** Log in with a natural-person certificate; its PIN goes to the card and nowhere else. */
import { call } from "/static/js/api.js";
import { proveCard } from "/static/js/card.js";
import { handle, value } from "/static/js/form.js";

const form = document.getElementById("certificate-login");

handle(form, async () => {
  const field = form.elements.namedItem("pin");
  const pin = field.value;
  field.value = "";
  const body = { card_proof: await proveCard("login", "citizen", pin) };
  if (form.elements.namedItem("appoint_managers").checked) {
    Object.assign(body, { appoint_managers: true, unit_code: value(form, "unit_code") });
  }
  await call("POST", "/sessions/certificate", body);
  window.location.assign(form.dataset.next);
});
