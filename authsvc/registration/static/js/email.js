/** The page behind the link that went to a new e-mail address: a button, because mail scanners open links too. */
import { call } from "/static/js/api.js";
import { handle, replaceView } from "/static/js/form.js";

const form = document.getElementById("email-confirmation");
const token = () => window.location.hash.slice(1);

function showToken() {
  const missing = token() === "";
  document.getElementById("no-token").hidden = !missing;
  form.hidden = missing;
}

handle(form, async () => {
  try {
    await call("POST", "/me/email-confirmations", { token: token() });
  } catch (refusal) {
    document.getElementById("dead-link").hidden = !refusal.code?.startsWith("link");
    throw refusal;
  }
  replaceView(form, document.getElementById("done"));
});

window.addEventListener("hashchange", showToken);
showToken();
