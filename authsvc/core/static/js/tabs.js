/** Tabs after the ARIA pattern: arrows, Home and End move; the choice is remembered; stacked sections without script. */
const MEMORY = "login-way";

function remember(id) {
  try { localStorage.setItem(MEMORY, id); } catch { /* private windows may refuse: the choice is a comfort only */ }
}

function remembered() {
  try { return localStorage.getItem(MEMORY); } catch { return null; }
}

export function makeTabs(holder) {
  const tabs = [...holder.querySelectorAll("[role=tab]")];
  const choose = (tab, { focus = false } = {}) => {
    for (const each of tabs) {
      const chosen = each === tab;
      each.setAttribute("aria-selected", chosen);
      each.tabIndex = chosen ? 0 : -1;
      document.getElementById(each.getAttribute("aria-controls")).hidden = !chosen;
    }
    if (focus) tab.focus();
  };
  const byWay = (id) => tabs.find((tab) => tab.dataset.way === id);
  const moves = { ArrowRight: 1, ArrowLeft: -1 };
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      choose(tab);
      remember(tab.dataset.way);
    });
    tab.addEventListener("keydown", (event) => {
      const ends = { Home: 0, End: tabs.length - 1 };
      const next = event.key in moves ? (index + moves[event.key] + tabs.length) % tabs.length : ends[event.key];
      if (event.key === " ") tab.click();
      if (next === undefined && event.key !== " ") return;
      event.preventDefault();
      if (next === undefined) return;
      choose(tabs[next], { focus: true });
      remember(tabs[next].dataset.way);
    });
  }
  const addressed = () => byWay(window.location.hash.slice(1));
  window.addEventListener("hashchange", () => { if (addressed()) choose(addressed()); });
  choose(byWay(holder.dataset.chosen) ?? addressed() ?? byWay(remembered()) ?? tabs[0]);
  holder.dataset.ready = "";
}

for (const holder of document.querySelectorAll("[data-tabs]")) makeTabs(holder);
