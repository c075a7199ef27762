/** A card that was issued anew: household or chip ARC, the new card, one call, and then the person's record. */
import { Problem, call } from "/static/js/api.js";
import { handle, value } from "/static/js/form.js";
import { text } from "/static/js/texts.js";
import { householdErrors, sendWithIdentity } from "/static/registration/js/proofs.js";

const form = document.getElementById("new-card");

if (form) {
  const record = `/counter/people/${form.dataset.person}`;
  handle(form, async () => {
    const errors = householdErrors(form);
    const reason = value(form, "reason");
    if (!reason) errors.reason = text("required");
    if (Object.keys(errors).length > 0) throw new Problem(0, { errors });
    await sendWithIdentity(form, "counter", (identity) => call("POST", `${record}/cards`, { ...identity, reason }));
    window.location.assign(`${record}?done=card_replaced`);
  });
}
