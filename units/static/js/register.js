/** Register a unit: the card is read in the page, a one-time code goes along; the result comes at once. */
import { call } from "/static/js/api.js";
import { proveCard } from "/static/js/card.js";
import { handle, replaceView, value } from "/static/js/form.js";
import { reached, ticked } from "/static/units/js/fields.js";

const form = document.getElementById("unit-registration");
const ROC = 1911;
const LATEST_ROC = 200;

function birthDate() {
  const [year, month, day] = ["birth_year", "birth_month", "birth_day"].map((name) => Number(value(form, name) ?? NaN));
  if (![year, month, day].every(Number.isInteger)) return undefined;
  const pad = (number, size) => String(number).padStart(size, "0");
  return `${pad(year < LATEST_ROC ? year + ROC : year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** The chosen proof. A PIN goes to the card alone, and is gone from the page when it was typed once. */
async function proof() {
  const way = form.elements.namedItem("way").value;
  if (way === "otp") return { birth_date: birthDate(), otp: value(form, "otp") };
  if (way === "card") return { card_proof: await proveCard("unit", "nhi"), password: form.elements.namedItem("password").value || undefined };
  const field = document.getElementById("pin");
  const pin = field.value;
  field.value = "";
  return { card_proof: await proveCard("unit", "unit", pin) };
}

handle(form, async () => {
  const alone = ticked(form, "nhi_only");
  const facts = {
    ...reached(form),
    unit_code: value(form, "unit_code"), name: value(form, "name"), business_number: value(form, "business_number"),
    nhi_only: alone, labour_number: alone ? undefined : value(form, "labour_number"),
    responsible_id: value(form, "responsible_id"), responsible_is_manager: ticked(form, "responsible_is_manager"),
  };
  await call("POST", "/unit-registrations", { ...facts, ...await proof() });
  form.reset();
  replaceView(form, document.getElementById("done"));
});
