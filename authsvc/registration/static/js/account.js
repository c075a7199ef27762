/** Contact data and password of who is logged in. */
import { Problem, call } from "/static/js/api.js";
import { handle, showInForm, value } from "/static/js/form.js";
import { passwordErrors } from "/static/js/password.js";
import { text } from "/static/js/texts.js";

const NAMES = ["email", "backup_email", "phone", "mobile"];
const contact = document.getElementById("contact");
const change = document.getElementById("change-password");
let known = {};

function show(answer) {
  known = answer;
  for (const name of NAMES) contact.elements.namedItem(name).value = answer[name] ?? "";
  for (const pending of contact.querySelectorAll("[data-pending]")) {
    const email = answer[pending.dataset.pending];
    pending.hidden = !email;
    pending.textContent = email ? text("pending", { email }) : "";
  }
}

/** Only what differs; an emptied field becomes null, which removes it. */
function changes() {
  const pairs = NAMES.map((name) => [name, value(contact, name) ?? null]);
  return Object.fromEntries(pairs.filter(([name, content]) => content !== (known[name] ?? null)));
}

function required(names, form) {
  const errors = Object.fromEntries(names.filter((name) => !value(form, name)).map((name) => [name, text("required")]));
  if (Object.keys(errors).length > 0) throw new Problem(0, { errors });
}

/** Runs a call; where it needs a login by card, the page says so at its top. */
async function orStepUp(work) {
  const hint = document.getElementById("step-up");
  hint.hidden = true;
  try {
    return await work();
  } catch (refusal) {
    if (refusal.code === "step_up_required") {
      hint.hidden = false;
      hint.scrollIntoView({ block: "center" });
    }
    throw refusal;
  }
}

function saved(form, done) {
  form.querySelector("[data-saved]").hidden = !done;
}

handle(contact, async () => {
  saved(contact, false);
  required(["email", "mobile"], contact);
  const changed = changes();
  if (Object.keys(changed).length === 0) throw new Problem(0, { detail: text("nothing-changed") });
  show(await orStepUp(() => call("PATCH", "/me", changed)));
  saved(contact, true);
});

handle(change, async () => {
  saved(change, false);
  required(["current"], change);
  const fresh = change.elements.namedItem("password").value;
  const errors = passwordErrors(fresh, change.elements.namedItem("password_again").value);
  if (Object.keys(errors).length > 0) throw new Problem(0, { errors });
  try {
    await orStepUp(() => call("PUT", "/me/password", { current: change.elements.namedItem("current").value, new: fresh }));
  } catch (refusal) {
    if (refusal.code === "password_wrong") refusal.errors.current = refusal.message;
    if (refusal.errors?.new) refusal.errors.password = refusal.errors.new;
    if (refusal.errors) delete refusal.errors.new;
    throw refusal;
  }
  change.reset();
  saved(change, true);
});

call("GET", "/me").then(show, (refusal) => showInForm(contact, refusal));
