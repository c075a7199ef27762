/** Name a manager; one who comes in with a certificate has it read here. */
import { call } from "/static/js/api.js";
import { proveCard } from "/static/js/card.js";
import { handle, value } from "/static/js/form.js";
import { reached, ticked } from "/static/units/js/fields.js";

const form = document.getElementById("add-manager");

async function certificate() {
  if (form.elements.namedItem("credential").value !== "certificate") return {};
  const field = document.getElementById("pin");
  const pin = field.value;
  field.value = "";
  return { card_proof: await proveCard("manager", "citizen", pin) };
}

handle(form, async () => {
  const facts = {
    ...reached(form),
    national_id: value(form, "national_id"), name: value(form, "name"),
    credential: form.elements.namedItem("credential").value, everything: ticked(form, "everything"),
  };
  const here = `/units/${form.dataset.unit}/managers`;
  await call("POST", here, { ...facts, ...await certificate() });
  window.location.assign(`${here}?done=added`);
});
