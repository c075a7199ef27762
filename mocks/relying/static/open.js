/** Takes the launch token out of the fragment, hands it to this service's own backend, and shows what it was told. */
const main = document.querySelector("main");
const token = new URLSearchParams(window.location.hash.slice(1)).get("launch");
// At once: neither a bookmark nor the way back keeps it.
history.replaceState(null, "", window.location.pathname + window.location.search);

function show(state, facts = {}) {
  for (const part of main.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  for (const place of main.querySelectorAll("[data-told]")) place.textContent = facts[place.dataset.told] ?? "—";
}

async function arrive() {
  const answer = await fetch(`/${main.dataset.service}/launches`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const told = await answer.json();
  if (!answer.ok) return show("refused", told);
  const unit = told.unit && [told.unit.code, told.unit.name].filter(Boolean).join(" ");
  return show("told", { ...told, ...told.person, unit });
}

if (token) arrive().catch((fault) => show("refused", { code: fault.message }));
else show("nothing");
