/** The page behind the mail's link: the token from the fragment, and the card once more. */
import { Problem, call } from "/static/js/api.js";
import { proveCard } from "/static/js/card.js";
import { handle, replaceView, value } from "/static/js/form.js";
import { passwordErrors } from "/static/js/password.js";

const form = document.getElementById("confirmation");
const batch = document.getElementById("batch");
const token = () => window.location.hash.slice(1);

function showToken() {
  const missing = token() === "";
  document.getElementById("no-token").hidden = !missing;
  form.hidden = missing;
}

function ownPassword() {
  const errors = passwordErrors(form.elements.namedItem("password").value, form.elements.namedItem("password_again").value);
  if (Object.keys(errors).length > 0) throw new Problem(0, { errors });
  return { password: form.elements.namedItem("password").value, terms_version: value(form, "terms_version") };
}

handle(form, async () => {
  const chosen = batch.hidden ? {} : ownPassword();
  try {
    await call("POST", "/registrations/confirmations", { token: token(), card_proof: await proveCard("confirm"), ...chosen });
  } catch (refusal) {
    if (refusal.errors?.password && batch.hidden) batch.hidden = false;
    document.getElementById("dead-link").hidden = !refusal.code?.startsWith("link");
    throw refusal;
  }
  replaceView(form, document.getElementById("done"));
});

window.addEventListener("hashchange", showToken);
showToken();
