/** Log in with a passkey: one button, and the browser asks which. */
import { call } from "/static/js/api.js";
import { handle, value } from "/static/js/form.js";
import { usePasskey } from "/static/passkeys/js/webauthn.js";

const form = document.getElementById("passkey-login");

handle(form, async () => {
  const offer = await call("POST", "/passkey-challenges");
  const body = { challenge_id: offer.id, credential: await usePasskey(offer.publicKey) };
  if (form.elements.namedItem("appoint_managers").checked) {
    Object.assign(body, { appoint_managers: true, unit_code: value(form, "unit_code") });
  }
  await call("POST", "/sessions/passkey", body);
  window.location.assign(form.dataset.next);
});
