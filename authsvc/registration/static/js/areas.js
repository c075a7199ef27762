/** County, then its districts, then their villages, chosen from the real lists; what is not listed can still be typed.
 *
 * The page has text fields. Where the list arrives, each gets a list before it and hides; only one of the two carries
 * the name that the form reads. "Not in the list" brings the text field back, and the parts below it as well.
 */
import { text } from "/static/js/texts.js";

const PARTS = ["county", "district", "village"];
const UNLISTED = "…";
const same = (one, other) => one.trim().replaceAll("台", "臺") === other.trim().replaceAll("台", "臺");
const english = () => document.documentElement.lang === "en";

/** One part of the address: its list and its text field. */
class Part {
  constructor(name, changed) {
    this.name = name;
    this.input = document.getElementById(`household-${name}`);
    this.list = document.createElement("select");
    this.list.id = `household-${name}-list`;
    this.list.dataset.testid = `choose-${name}`;
    this.input.before(this.list);
    const label = document.querySelector(`label[for="${this.input.id}"]`);
    label.id = `${this.input.id}-label`;
    label.htmlFor = this.list.id;
    this.hint = document.createElement("span");
    this.hint.className = "field-hint";
    this.hint.id = `${this.input.id}-typed-hint`;
    this.hint.textContent = text("area-typed");
    this.input.after(this.hint);
    this.input.setAttribute("aria-labelledby", label.id);
    this.input.setAttribute("aria-describedby", this.hint.id);
    this.list.addEventListener("change", () => {
      if (this.typing) this.input.value = "";
      this.settle();
      changed(this);
      if (this.typing) this.input.focus();
    });
  }

  get typing() { return this.list.value === UNLISTED; }

  get value() { return this.typing ? this.input.value : this.list.value; }

  /** Offers these areas and keeps what was chosen or typed before, where there was something. */
  offer(areas, kept) {
    const names = areas.map(({ name, en }) => [name, en && english() ? `${name} ${en}` : name]);
    const first = [["", text(areas.length > 0 ? "area-choose" : `area-before-${this.name}`)]];
    const rest = [...names, [UNLISTED, text(`area-unlisted-${this.name}`)]];
    this.list.replaceChildren(...[...first, ...rest].map(([value, label]) => new Option(label, value)));
    const known = names.find(([name]) => same(name, kept))?.[0];
    this.list.value = known ?? (kept.trim() === "" ? "" : UNLISTED);
    if (this.typing) this.input.value = kept;
    this.settle();
  }

  /** Gives the name to the list or to the text field, whichever is in use. */
  settle() {
    if (!this.typing) this.input.value = this.list.value; // a browser restores text fields after a reload, so nothing is lost
    this.input.hidden = this.hint.hidden = !this.typing;
    this.list.name = this.typing ? "" : `household.${this.name}`;
    this.input.name = this.typing ? `household.${this.name}` : "";
  }
}

/** Fills the lists of all parts below one; with nothing to choose from above they wait, or are typed. */
function follow(counties, parts, from) {
  const [county, district, village] = parts;
  const inCounty = counties.find(({ name }) => same(name, county.value))?.districts ?? [];
  if (from <= 0) below(district, inCounty, county.typing);
  const inDistrict = inCounty.find(({ name }) => same(name, district.value))?.villages ?? [];
  if (from <= 1) below(village, inDistrict.map((name) => ({ name })), district.typing);
}

function below(part, areas, typed) {
  const kept = part.value;
  const fits = typed || part.typing || areas.some(({ name }) => same(name, kept));
  part.offer(areas, fits ? kept : "");
  if (!typed) return;
  part.list.value = UNLISTED;
  part.settle();
}

async function main() {
  const answer = await fetch("/static/registration/areas.json");
  if (!answer.ok) return; // the fields can be typed into
  const counties = await answer.json();
  const typed = PARTS.map((name) => document.getElementById(`household-${name}`).value);
  const parts = PARTS.map((name, level) => new Part(name, () => follow(counties, parts, level)));
  const [county, district, village] = parts;
  county.offer(counties, typed[0]);
  const districts = counties.find(({ name }) => same(name, typed[0]))?.districts ?? [];
  district.offer(districts, typed[1]);
  const villages = districts.find(({ name }) => same(name, typed[1]))?.villages ?? [];
  village.offer(villages.map((name) => ({ name })), typed[2]);
}

main().catch(() => {});
