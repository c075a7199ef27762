/** Log in with the registered health card and its password. */
import { call } from "/static/js/api.js";
import { proveCard } from "/static/js/card.js";
import { handle, value } from "/static/js/form.js";
import "/static/js/password.js";
import { followReader } from "/static/js/reader-state.js";

const form = document.getElementById("card-login");
followReader(form, ["nhi"]);

handle(form, async () => {
  const appoints = form.elements.namedItem("appoint_managers").checked;
  const body = { card_proof: await proveCard("login"), password: form.elements.namedItem("password").value };
  if (appoints) Object.assign(body, { appoint_managers: true, unit_code: value(form, "unit_code") });
  await call("POST", "/sessions/card", body);
  window.location.assign(form.dataset.next);
});
