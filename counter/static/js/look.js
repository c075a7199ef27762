/** The record of the person whose card is in the counter's reader. */
import { call } from "/static/js/api.js";
import { proveCard } from "/static/js/card.js";
import { handle, value } from "/static/js/form.js";

const form = document.getElementById("look-by-card");

handle(form, async () => {
  const card_proof = await proveCard("counter");
  const { id } = await call("POST", "/counter/looks", { card_proof, reason: value(form, "reason") ?? "" });
  window.location.assign(`/counter/people/${id}`);
});
