/** Log in with the certificate of a person or of a unit; its PIN goes to the card and nowhere else. */
import { call } from "/static/js/api.js";
import { proveCard } from "/static/js/card.js";
import { handle, value } from "/static/js/form.js";
import { followReader } from "/static/js/reader-state.js";

const KINDS = ["citizen", "unit"];
const form = document.getElementById("certificate-login");
followReader(form, KINDS);

handle(form, async () => {
  const field = form.elements.namedItem("pin");
  const pin = field.value;
  field.value = "";
  const body = { card_proof: await proveCard("login", KINDS, pin) };
  if (form.elements.namedItem("appoint_managers").checked) {
    Object.assign(body, { appoint_managers: true, unit_code: value(form, "unit_code") });
  }
  await call("POST", "/sessions/certificate", body);
  window.location.assign(form.dataset.next);
});
