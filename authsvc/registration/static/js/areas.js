/** The lists behind the address: county, then its districts, then their villages; typing something else stays possible. */
const field = (part) => document.getElementById(`household-${part}`);
const sameName = (one, other) => one.replaceAll("台", "臺") === other.trim().replaceAll("台", "臺");

function suggest(id, names) {
  const options = names.map(({ name, en }) => {
    const option = document.createElement("option");
    option.value = name;
    if (en && document.documentElement.lang === "en") option.label = en;
    return option;
  });
  document.getElementById(id).replaceChildren(...options);
}

/** Offer the districts of the chosen county and the villages of the chosen district. */
function follow(counties) {
  const county = counties.find(({ name }) => sameName(name, field("county").value));
  const district = county?.districts.find(({ name }) => sameName(name, field("district").value));
  suggest("districts", county?.districts ?? []);
  suggest("villages", (district?.villages ?? []).map((name) => ({ name })));
}

async function main() {
  const answer = await fetch("/static/registration/areas.json");
  if (!answer.ok) return; // the fields work without suggestions
  const counties = await answer.json();
  suggest("counties", counties);
  follow(counties);
  for (const part of ["county", "district"]) field(part).addEventListener("input", () => follow(counties));
}

main().catch(() => {});
