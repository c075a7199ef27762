/** Add a passkey; a login that is not fresh leads to the card and back. */
import { Problem, call } from "/static/js/api.js";
import { handle } from "/static/js/form.js";
import { makePasskey } from "/static/passkeys/js/webauthn.js";

const form = document.getElementById("passkey-add");

async function add() {
  const offer = await call("POST", "/passkey-offers");
  await call("POST", "/passkeys", { offer_id: offer.id, credential: await makePasskey(offer.publicKey) });
  window.location.assign("/passkeys?done=added");
}

if (form) {
  handle(form, async () => {
    try {
      await add();
    } catch (fault) {
      if (!(fault instanceof Problem) || fault.code !== "step_up_required") throw fault;
      window.location.assign(form.dataset.login);
    }
  });
}
