"""The address is chosen from the list of Taiwan's administrative areas, and typed where the list does not help."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from devtools.stack import Stack
from tests.journeys.acts import UNLISTED
from tests.journeys.conftest import open_page
from tests.rules.tree import ROOT

LIST = "**/static/registration/areas.json"


def test_the_list_has_every_county_district_and_village() -> None:
    counties = json.loads((ROOT / "authsvc/registration/static/areas.json").read_text(encoding="utf-8"))
    districts = [district for county in counties for district in county["districts"]]

    assert (len(counties), len(districts)) == (22, 368)
    assert sum(len(district["villages"]) for district in districts) == 7701
    assert not any("台" in area["name"] for area in counties + districts)


def test_the_county_decides_on_the_districts_and_the_district_on_the_villages(pc: Page, stack: Stack) -> None:
    pc.goto(f"{stack.origin}/registration/reset")
    county, district, village = (pc.get_by_test_id(f"choose-{part}") for part in ("county", "district", "village"))
    around = 2  # "please choose" before, "not in the list" behind
    expect(county.locator("option")).to_have_count(22 + around)
    expect(district.locator("option")).to_have_count(around)

    county.select_option("臺北市")
    expect(district.locator("option")).to_have_count(12 + around)
    district.select_option("大安區")
    village.select_option("龍門里")
    county.select_option("花蓮縣")

    assert (district.input_value(), village.input_value()) == ("", "")
    expect(village.locator("option[value='龍門里']")).to_have_count(0)


def test_a_village_that_is_not_in_the_list_is_typed_and_read_out_with_its_label(pc: Page, stack: Stack) -> None:
    pc.goto(f"{stack.origin}/registration/reset?lang=en")
    pc.get_by_test_id("choose-county").select_option("臺中市")
    pc.get_by_test_id("choose-district").select_option("西屯區")
    pc.get_by_role("combobox", name="Village").select_option(UNLISTED)

    typed = pc.get_by_role("textbox", name="Village")
    expect(typed).to_be_focused()
    expect(typed).to_have_accessible_description("Type it as it stands on the household certificate.")
    typed.fill("舊名里")
    assert sent(pc) == {"county": "臺中市", "district": "西屯區", "village": "舊名里"}

    pc.get_by_test_id("choose-village").select_option(index=1)
    expect(typed).to_be_hidden()
    assert sent(pc)["village"] != "舊名里"


def test_a_county_that_is_not_in_the_list_has_its_district_and_village_typed_too(pc: Page, stack: Stack) -> None:
    pc.goto(f"{stack.origin}/registration/reset")
    pc.get_by_test_id("choose-county").select_option(UNLISTED)
    for part, name in {"county": "舊縣", "district": "舊鄉", "village": "舊村"}.items():
        pc.get_by_test_id(f"household-{part}").fill(name)
    assert sent(pc) == {"county": "舊縣", "district": "舊鄉", "village": "舊村"}


def test_without_the_list_the_address_is_typed(pc: Page, stack: Stack) -> None:
    pc.route(LIST, lambda route: route.abort())
    pc.goto(f"{stack.origin}/registration/reset")
    pc.wait_for_load_state("networkidle")
    for part, name in {"county": "臺北市", "district": "大安區", "village": "龍門里"}.items():
        pc.get_by_test_id(f"household-{part}").fill(name)
    assert sent(pc) == {"county": "臺北市", "district": "大安區", "village": "龍門里"}


@pytest.mark.parametrize("part", ["county", "district", "village"])
def test_without_script_the_address_has_text_fields(chromium: Browser, stack: Stack, part: str) -> None:
    page = open_page(chromium, java_script_enabled=False)
    page.goto(f"{stack.origin}/registration/reset")
    expect(page.get_by_test_id(f"household-{part}")).to_be_editable()
    expect(page.get_by_test_id(f"choose-{part}")).to_have_count(0)
    page.context.close()


def test_what_is_wrong_with_an_address_stands_at_the_list(pc: Page, stack: Stack) -> None:
    pc.goto(f"{stack.origin}/registration/reset")
    pc.get_by_test_id("household-number").fill("A1234567")
    expect(pc.get_by_test_id("choose-county")).to_be_visible()
    pc.get_by_test_id("reset-submit").click()
    expect(pc.get_by_test_id("choose-county")).to_be_focused()
    expect(pc.get_by_test_id("choose-county")).to_have_attribute("aria-invalid", "true")


def sent(page: Page) -> dict[str, str]:
    """Return the address as the form would send it."""
    read = """() => Object.fromEntries([...new FormData(document.getElementById("reset"))]
      .filter(([name]) => /county|district|village/.test(name)).map(([name, value]) => [name.slice(10), value]))"""
    found: dict[str, str] = page.evaluate(read)
    return found
