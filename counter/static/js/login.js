/** A member of staff logs in: certificate and PIN, which only the card sees. */
import { call } from "/static/js/api.js";
import { proveCard } from "/static/js/card.js";
import { handle } from "/static/js/form.js";

const form = document.getElementById("staff-login");

handle(form, async () => {
  const field = form.elements.namedItem("pin");
  const pin = field.value;
  field.value = "";
  await call("POST", "/counter/sessions", { card_proof: await proveCard("staff", "citizen", pin) });
  window.location.assign("/counter");
});
