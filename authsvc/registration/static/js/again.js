/** Resend, cancel and reset: one form, one card, one call. */
import { Problem, call } from "/static/js/api.js";
import { proveCard } from "/static/js/card.js";
import { handle, replaceView, value } from "/static/js/form.js";
import { passwordErrors } from "/static/js/password.js";
import { text } from "/static/js/texts.js";
import { householdErrors, sendWithIdentity } from "/static/registration/js/proofs.js";

function refuse(errors) {
  if (Object.keys(errors).length > 0) throw new Problem(0, { errors });
}

const CALLS = {
  async resend(form) {
    if (value(form, "email") && !form.elements.namedItem("email").checkValidity()) refuse({ email: text("email-form") });
    await call("POST", "/registrations/resends", { card_proof: await proveCard("resend"), email: value(form, "email") });
  },
  async cancel() {
    await call("POST", "/registrations/cancellations", { card_proof: await proveCard("cancel") });
  },
  async reset(form) {
    const password = form.elements.namedItem("password").value;
    refuse({ ...householdErrors(form), ...passwordErrors(password, form.elements.namedItem("password_again").value) });
    await sendWithIdentity(form, "reset", (identity) => call("POST", "/passwords/resets", { ...identity, password }));
  },
};

for (const [id, work] of Object.entries(CALLS)) {
  const form = document.getElementById(id);
  if (form === null) continue;
  handle(form, async () => {
    await work(form);
    replaceView(form, document.getElementById("done"));
  });
}
