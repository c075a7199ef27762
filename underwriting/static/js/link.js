/** The pages behind a mail's link: the token in the fragment goes with the call, and leaves the address at once. */
import { Problem, call } from "/static/js/api.js";
import { handle } from "/static/js/form.js";
import { passwordErrors } from "/static/js/password.js";

const form = document.getElementById("with-link");
let token = "";

function take() {
  const found = window.location.hash.slice(1);
  if (found) token = found;
  if (found) history.replaceState(null, "", window.location.pathname);
  document.getElementById("no-token").hidden = token !== "";
  form.hidden = token === "";
}

function chosen() {
  const password = form.elements.namedItem("password");
  if (!password) return {};
  const errors = passwordErrors(password.value, form.elements.namedItem("password_again").value);
  if (Object.keys(errors).length > 0) throw new Problem(0, { errors });
  return { password: password.value };
}

handle(form, async () => {
  await call("POST", form.dataset.call, { token, ...chosen() });
  window.location.assign(form.dataset.then);
});

window.addEventListener("hashchange", take);
take();
