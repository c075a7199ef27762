/** Registration at the counter: one page, one call, and then the person's record. */
import { Problem, call } from "/static/js/api.js";
import { CardFault, requireCard } from "/static/js/card.js";
import { handle, hideFault, showFault, value, whileBusy } from "/static/js/form.js";
import { passwordErrors } from "/static/js/password.js";
import { text } from "/static/js/texts.js";
import { forgetReading, householdErrors, sendWithIdentity } from "/static/registration/js/proofs.js";

const form = document.getElementById("counter-registration");
const fault = form.querySelector("[data-card-fault]");
const readButton = form.querySelector("[data-read]");
const named = (name) => form.elements.namedItem(name);

async function readCard() {
  forgetReading();
  hideFault(fault);
  const shown = form.querySelector("[data-testid=card-name]");
  shown.hidden = true;
  try {
    form.querySelector("[data-card-name]").textContent = (await requireCard("nhi")).name;
    shown.hidden = false;
  } catch (found) {
    if (!(found instanceof CardFault)) throw found;
    showFault(fault, found);
  }
}

function errorsOfForm() {
  const errors = { ...householdErrors(form), ...passwordErrors(named("password").value, named("password_again").value) };
  for (const name of ["email", "mobile", "reason"]) if (!value(form, name)) errors[name] = text("required");
  if (!named("accepted").checked) errors.accepted = text("accept-first");
  return errors;
}

async function send() {
  const errors = errorsOfForm();
  if (Object.keys(errors).length > 0) throw new Problem(0, { errors });
  const facts = {
    password: named("password").value,
    email: value(form, "email"), backup_email: value(form, "backup_email"),
    phone: value(form, "phone"), mobile: value(form, "mobile").replaceAll(/[\s-]/g, ""),
    terms_version: value(form, "terms_version"), language: value(form, "language"), reason: value(form, "reason"),
  };
  try {
    const post = (identity) => call("POST", "/counter/registrations", { ...identity, ...facts });
    const { id } = await sendWithIdentity(form, "counter", post);
    window.location.assign(`/counter/people/${id}?done=registered`);
  } catch (refusal) {
    if (refusal.code !== "registered_already") throw refusal;
    window.location.assign(`/counter/people/${refusal.personId}?done=known`);
  }
}

readButton.addEventListener("click", () => whileBusy(readButton, readCard));
handle(form, send);
