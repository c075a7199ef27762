"""Examines an open page for everybody: WCAG 2.2 AA by axe-core, and what axe cannot know of our pages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

AXE: Final = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
HEIGHT: Final = 844
FARTHEST: Final = 150  # presses of the tabulator: more than any page of ours has things to reach
LETTERS_TWICE: Final = "document.documentElement.style.fontSize = '225%'"  # ours are 112.5 %
LETTERS_AGAIN: Final = "document.documentElement.style.fontSize = ''"

RUN = """async ({ tags, without, only, but }) => {
  const rules = Object.fromEntries([["target-size", { enabled: true }], ...but.map((id) => [id, { enabled: false }])]);
  const runOnly = only ? { type: "rule", values: only } : { type: "tag", values: tags };
  const context = { include: [["html"]], exclude: without.map((selector) => [selector]) };
  const found = await axe.run(context, { runOnly, rules: only ? {} : rules, resultTypes: ["violations"] });
  const shown = ({ target, any, all, none }) =>
    `${target.join(" ")} (${[...any, ...all, ...none].map(({ message }) => message).join("; ")})`;
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 4).map(shown).join(" | ")}`);
}"""
QUIET: Final = """(still) => new Promise((done) => {
  let wait = setTimeout(done, still);
  const again = () => { clearTimeout(wait); wait = setTimeout(done, still); };
  new MutationObserver(again).observe(document, { subtree: true, childList: true });
})"""
SHAPE = """() => ({
  lang: document.documentElement.lang,
  title: document.title.trim(),
  headings: [...document.querySelectorAll("h1")].filter((one) => one.checkVisibility()).length,
  orders: [...document.querySelectorAll("[tabindex]")].filter((one) => one.tabIndex > 0).length,
  width: document.documentElement.scrollWidth,
})"""
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const { overflowX, overflowY, clipPath, position } = getComputedStyle(one);
  if (!one.checkVisibility() || one.closest("svg, [aria-hidden=true], input, select, textarea")) return false;
  if (clipPath !== "none" && position === "absolute") return false;  // meant for the ear alone
  if (!one.textContent.trim()) return false;
  return (["hidden", "clip"].includes(overflowX) && one.scrollWidth > one.clientWidth + 1)
    || (["hidden", "clip"].includes(overflowY) && one.scrollHeight > one.clientHeight + 1);
}).map((one) => one.outerHTML.slice(0, 80))"""
# What each thing looks like before it has the focus; `walk` compares.
REMEMBER = """() => {
  const look = (one) => { const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(one);
    return [outline, boxShadow, borderColor, backgroundColor].join("/"); };
  const ofGroup = (one) => one.type === "radio" && one.name && !one.checked;
  document.body.tabIndex = -1;  // the tabulator begins at the top, wherever the page has put the focus
  document.body.focus();
  document.body.blur();
  document.body.removeAttribute("tabindex");
  window.reachable = [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]")].filter((one) =>
    one.tabIndex >= 0 && !one.disabled && !ofGroup(one) && one.checkVisibility({ visibilityProperty: true }));
  window.before = new Map(window.reachable.map((one) => [one, look(one)]));
  window.look = look;
  return window.reachable.length;
}"""
STOP = """() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return { index: window.reachable.indexOf(one), seen: window.look(one) !== window.before.get(one), inside,
    what: one.outerHTML.slice(0, 90) };
}"""


def settle(page: Page) -> None:
    """Wait until the page's scripts have added what they add: the network alone is idle before they are done."""
    if page.locator("#household-county").count():
        page.get_by_test_id("choose-county").wait_for(state="attached")
    be_quiet(page, 500)


def be_quiet(page: Page, still: int) -> None:
    """Wait until nothing of the page has changed for so many milliseconds."""
    page.evaluate(QUIET, still)


def violations(
    page: Page, *, without: tuple[str, ...] = (), but: tuple[str, ...] = (), only: tuple[str, ...] | None = None
) -> list[str]:
    """Return what axe finds: all rules of WCAG 2.2 A and AA, less those of `but`; or `only` these rules."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    asked = {"tags": TAGS, "without": list(without), "but": list(but), "only": list(only) if only else None}
    found: list[str] = page.evaluate(RUN, asked)
    return found


def shape(page: Page, *, language: str, width: int) -> list[str]:
    """Return what is wrong with a page's language, title, headings or width."""
    seen: Mapping[str, Any] = page.evaluate(SHAPE)
    told = {
        f"html lang is {seen['lang']!r}": seen["lang"] != language,
        f"{seen['headings']} headings of the first level": seen["headings"] != 1,
        "no title": len(seen["title"]) < 3,
        f"{seen['orders']} things have a place of their own in the order of the tabulator": seen["orders"] > 0,
        f"{seen['width']} pixels wide in a window of {width}": seen["width"] > width,
    }
    return [fault for fault, so in told.items() if so]


def width_of(page: Page, width: int) -> list[str]:
    """Return whether the page is wider than a window of that width."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    real = page.evaluate("document.documentElement.scrollWidth")
    return [f"{real} pixels wide in a window of {width}"] if real > width else []


def with_letters_twice_as_large(page: Page, *, width: int) -> list[str]:
    """Return what is lost when the reader has set the size of letters to 200 % (WCAG 1.4.4)."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.evaluate(LETTERS_TWICE)
    lost = [f"cut off at 200 %: {one}" for one in page.evaluate(CUT_OFF)]
    wide = [f"at 200 %: {fault}" for fault in width_of(page, width)]
    page.evaluate(LETTERS_AGAIN)
    return lost + wide


def by_tabulator(page: Page) -> list[str]:
    """Return what the tabulator skips, reaches out of order or reaches without a sign (WCAG 2.1.1, 2.4.3, 2.4.7)."""
    page.emulate_media(reduced_motion="reduce")
    wanted = page.evaluate(REMEMBER)
    stops: list[Mapping[str, Any]] = []
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or (stops and stop["index"] == stops[0]["index"]):
            break
        stops.append(stop)
    order = [stop["index"] for stop in stops]
    faults = [f"no sign of the focus: {stop['what']}" for stop in stops if not stop["seen"]]
    faults += [f"the focus is out of sight: {stop['what']}" for stop in stops if not stop["inside"]]
    if order != list(range(wanted)):
        faults.append(f"the tabulator goes {order} through {wanted} things: {[stop['what'] for stop in stops][-2:]}")
    return faults
