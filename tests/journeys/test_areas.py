"""The address is helped by the list of Taiwan's administrative areas."""

import json

from playwright.sync_api import Page, expect

from devtools.stack import Stack
from tests.rules.tree import ROOT


def test_the_list_has_every_county_district_and_village() -> None:
    counties = json.loads((ROOT / "authsvc/registration/static/areas.json").read_text(encoding="utf-8"))
    districts = [district for county in counties for district in county["districts"]]

    assert (len(counties), len(districts)) == (22, 368)
    assert sum(len(district["villages"]) for district in districts) == 7701
    assert not any("台" in area["name"] for area in counties + districts)


def test_the_county_decides_on_the_districts_and_the_district_on_the_villages(pc: Page, stack: Stack) -> None:
    pc.goto(f"{stack.origin}/registration/reset")
    expect(pc.locator("#counties option")).to_have_count(22)

    pc.get_by_test_id("household-county").fill("台北市")
    expect(pc.locator("#districts option")).to_have_count(12)
    pc.get_by_test_id("household-district").fill("大安區")

    expect(pc.locator("#villages option[value='龍門里']")).to_have_count(1)
    pc.get_by_test_id("household-county").fill("花蓮縣")
    expect(pc.locator("#villages option")).to_have_count(0)
