"""A phone is bound by its operator's word, in a real browser against the service and the operators' simulator."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from devtools.browser import Browser as Portal
from devtools.people import Person, citizens, make_ready
from devtools.stack import Stack
from mobileapp.client import Phone
from tests.journeys.conftest import PATIENCE, complaints, open_page
from tests.journeys.handset import (
    WIFI,
    Subscriber,
    ask_operator,
    choose_password,
    come_to_the_operator,
    fill,
    go_over,
    refusal,
    subscriber,
)
from tests.journeys.locks import guard, set_pin

PASSWORD = "Kite-7tail"
PICTURES = os.environ.get("AUTHSVC_PICTURES")
WANG, LIN, CHEN, HUNG = "0900000101", "0900000102", "0900000103", "0900000114"
KEPT = """async () => {
  const { get } = await import("/app/js/store.js");
  return [await get("attempt"), await get("binding")].map((one) => one !== undefined);
}"""


@pytest.fixture(scope="module")
def house(migrated_sqlite: Path) -> Iterator[Stack]:
    """Start everything anew: what is chosen as the handset's connection holds for every browser."""
    expect.set_options(timeout=PATIENCE)
    with Stack(migrated=migrated_sqlite) as stack:
        yield stack
        stack.check()


@pytest.fixture(scope="module")
def persons(house: Stack) -> dict[str, Person]:
    found = citizens(registry_url=house.urls["registry"], card_url=house.urls["card"])
    return {person.card_id.removesuffix("-nhi"): person for person in found}


@pytest.fixture
def handset(chromium: Browser, house: Stack) -> Iterator[Page]:
    """Open a phone that was never here before, on Wi-Fi."""
    go_over(house, WIFI)
    page = open_page(chromium, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    yield page
    take(page, "last")
    page.context.close()


@pytest.fixture
def wang(house: Stack, persons: dict[str, Person]) -> Subscriber:
    return subscriber(house, persons["wang"].national_id, WANG)


def take(page: Page, name: str) -> None:
    """Keep a picture of a page, where a folder for them is named."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True, animations="disabled")


def test_a_new_person_is_refused_on_wifi_and_then_registered_and_bound_over_the_own_line(
    house: Stack, handset: Page, wang: Subscriber
) -> None:
    heard = complaints(handset.context)
    come_to_the_operator(handset, house, wang)
    take(handset, "go")
    ask_operator(handset)

    assert refusal(handset) == "這次不是用行動網路"
    expect(handset.get_by_test_id("title")).to_be_focused()
    assert handset.url == f"{house.origin}/app/"
    take(handset, "not-mobile-data")
    go_over(house, WANG)
    handset.get_by_test_id("number-again").click()

    expect(handset.get_by_test_id("number-email")).to_be_visible()
    assert handset.url == f"{house.origin}/app/"
    assert "code" not in handset.evaluate("JSON.stringify(history.state)")
    expect(handset.get_by_test_id("number-terms")).to_contain_text("個人資料保護法")
    take(handset, "new")
    choose_password(handset, PASSWORD)
    expect(handset.get_by_test_id("number-strength")).to_contain_text("強")
    handset.get_by_test_id("number-email").fill("wang@example.org")
    handset.get_by_test_id("number-submit").click()

    set_pin(handset)
    expect(handset.get_by_test_id("lead")).to_contain_text("Wi-Fi 可以重新打開了")
    take(handset, "done")
    assert handset.evaluate(KEPT) == [False, True]
    handset.get_by_test_id("result-main").click()
    expect(handset.get_by_test_id("home-state")).to_have_attribute("data-state", "bound")
    assert [each for each in heard if "403" not in each and "422" not in each] == []


def test_somebody_registered_sets_the_password_anew_and_can_use_it_with_the_card(
    house: Stack, handset: Page, persons: dict[str, Person]
) -> None:
    lin = persons["lin"]
    with Portal(house.origin, card_url=house.urls["card"]) as portal:
        make_ready(portal, lin, mail_url=house.urls["mail"])
        come_to_the_operator(handset, house, subscriber(house, lin.national_id, LIN))
        go_over(house, LIN)
        ask_operator(handset)

        expect(handset.get_by_test_id("lead")).to_contain_text("您已經註冊過")
        expect(handset.get_by_test_id("number-email")).to_have_count(0)
        take(handset, "known")
        choose_password(handset, PASSWORD)
        handset.get_by_test_id("number-submit").click()
        set_pin(handset)
        expect(handset.get_by_test_id("mark-done")).to_be_visible()

        assert portal.login_by_card(PASSWORD)["amr"] == ["sc", "pwd"]
        assert [each["via"] for each in portal.call("GET", "/devices")["items"]] == ["telco"]


def test_a_prepaid_line_is_told_so_with_the_other_ways_and_no_retry(
    house: Stack, handset: Page, persons: dict[str, Person]
) -> None:
    come_to_the_operator(handset, house, subscriber(house, persons["hung"].national_id, HUNG))
    go_over(house, HUNG)
    ask_operator(handset)

    assert refusal(handset) == "預付卡不能認證"
    take(handset, "prepaid")
    expect(handset.get_by_test_id("number-again")).to_have_count(0)
    assert handset.evaluate(KEPT) == [False, False]  # what was typed is forgotten where it cannot help
    handset.get_by_test_id("ways-code").click()
    expect(handset.get_by_test_id("bind-code")).to_be_visible()


def test_wrong_digits_are_corrected_in_the_form_that_still_has_the_rest(
    house: Stack, handset: Page, persons: dict[str, Person]
) -> None:
    right = subscriber(house, persons["chen"].national_id, CHEN)
    come_to_the_operator(handset, house, Subscriber(**(vars(right) | {"card_last4": "0000"})))
    go_over(house, CHEN)
    ask_operator(handset)
    assert refusal(handset) == "資料沒有通過確認"
    take(handset, "details")

    handset.get_by_test_id("number-edit").click()
    expect(handset.get_by_test_id("number-mobile")).to_have_value(CHEN)
    fill(handset, right)
    handset.get_by_test_id("number-agree").click()
    ask_operator(handset)

    expect(handset.get_by_test_id("number-email")).to_be_visible()
    handset.reload()  # a phone that threw the page away goes on where it was
    expect(handset.get_by_test_id("number-email")).to_be_visible()
    handset.get_by_test_id("number-submit").click()
    expect(handset.get_by_test_id("number-password")).to_be_focused()
    take(handset, "account-errors")


def test_an_answer_in_another_browser_or_to_another_try_is_not_used(
    chromium: Browser, house: Stack, handset: Page, wang: Subscriber
) -> None:
    come_to_the_operator(handset, house, wang)
    go_over(house, WANG)
    back = answer_of_operator(handset)

    stranger = open_page(chromium, viewport={"width": 390, "height": 844})
    stranger.goto(back)
    assert refusal(stranger) == "這裡沒有進行中的認證"
    assert stranger.url == f"{house.origin}/app/"
    take(stranger, "nothing")
    stranger.get_by_test_id("number-restart").click()
    expect(stranger.get_by_test_id("number-mobile")).to_have_value("")
    stranger.context.close()

    state = dict(parse_qsl(urlsplit(back).query))["state"]
    handset.goto(back.replace(state, "of-somebody-else"))
    assert refusal(handset) == "這不是這支手機要的回答"
    handset.goto(back)  # the right one is still good
    expect(handset.get_by_test_id("number-password")).to_be_visible()
    handset.goto(back)  # and again, as by the back button: the service still has its yes
    expect(handset.get_by_test_id("number-password")).to_be_visible()


def answer_of_operator(handset: Page) -> str:
    """Return where the operator sends this phone to, without going there."""
    address: str = handset.evaluate("async () => (await (await import('/app/js/store.js')).get('attempt')).url")
    return str(httpx2.get(address, trust_env=False, follow_redirects=False).headers["location"])


def test_minutes_later_the_try_is_over_and_begins_again_with_what_was_typed(
    house: Stack, handset: Page, persons: dict[str, Person]
) -> None:
    huang = subscriber(house, persons["huang"].national_id, "0900000104")
    come_to_the_operator(handset, house, huang)
    go_over(house, huang.mobile)
    ask_operator(handset)
    expect(handset.get_by_test_id("number-password")).to_be_visible()
    house.move_clock(301)
    try:
        choose_password(handset, PASSWORD)
        handset.get_by_test_id("number-email").fill("huang@example.org")
        handset.get_by_test_id("number-submit").click()

        assert refusal(handset) == "時間到了"
        handset.get_by_test_id("number-restart").click()
        expect(handset.get_by_test_id("number-card_last4")).to_have_value(huang.card_last4)
    finally:
        house.move_clock(0)


def test_an_operator_outside_the_five_is_told_before_the_way_to_it(
    house: Stack, handset: Page, persons: dict[str, Person]
) -> None:
    handset.goto(f"{house.origin}/app/phone")
    fill(handset, subscriber(house, persons["chuang"].national_id, "0900000122"))
    handset.get_by_test_id("number-agree").click()

    assert refusal(handset) == "這家電信業者沒有這項服務"
    handset.get_by_test_id("number-edit").click()
    expect(handset.get_by_test_id("number-mobile")).to_have_value("0900000122")


def test_with_too_many_phones_one_is_unbound_elsewhere_and_the_same_try_goes_on(
    house: Stack, handset: Page, persons: dict[str, Person]
) -> None:
    person = persons["wu"]
    with Portal(house.origin, card_url=house.urls["card"]) as portal:
        make_ready(portal, person, mail_url=house.urls["mail"])
        others = [Phone(house.origin) for _ in range(3)]
        for other in others:
            other.bind_by_qr(portal.device_code()["qr_text"])
        come_to_the_operator(handset, house, subscriber(house, person.national_id, "0900000105"))
        go_over(house, "0900000105")
        ask_operator(handset)
        choose_password(handset, PASSWORD)
        handset.get_by_test_id("number-submit").click()
        assert refusal(handset) == "綁定的手機已達上限"

        others[0].unbind()
        handset.get_by_test_id("number-resume").click()
        expect(handset.get_by_test_id("number-password")).to_have_value(PASSWORD)
        handset.get_by_test_id("number-submit").click()
        expect(handset.get_by_test_id("secure-pin")).to_be_visible()
        for other in others:
            other.close()


def test_by_keyboard_alone(house: Stack, handset: Page, persons: dict[str, Person]) -> None:
    who = subscriber(house, persons["tsai"].national_id, "0900000109")
    keys = handset.keyboard
    handset.goto(f"{house.origin}/app/")
    reach(handset, "welcome-phone")
    keys.press("Enter")
    expect(handset.get_by_test_id("title")).to_have_text("行動電話認證")
    expect(handset.get_by_test_id("title")).to_be_focused()
    for name in ("mobile", "national_id", "card_last4"):
        reach(handset, f"number-{name}")
        keys.type(getattr(who, name))
    keys.press("Enter")
    expect(handset.get_by_test_id("title")).to_have_text("請先關閉 Wi-Fi")
    expect(handset.get_by_test_id("title")).to_be_focused()
    go_over(house, who.mobile)
    reach(handset, "number-go")
    keys.press("Enter")
    expect(handset.get_by_test_id("number-email")).to_be_visible()
    expect(handset.get_by_test_id("title")).to_be_focused()
    for name, text in (("password", PASSWORD), ("again", PASSWORD), ("email", "tsai@example.org")):
        reach(handset, f"number-{name}")
        keys.type(text)
    reach(handset, "number-terms")
    reach(handset, "number-submit")
    keys.press("Space")
    expect(handset.get_by_test_id("secure-pin")).to_be_visible()


def reach(page: Page, test_id: str) -> None:
    """Press the tabulator until that thing has the focus."""
    wanted = page.get_by_test_id(test_id)
    for _ in range(20):
        page.keyboard.press("Tab")
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"the tabulator does not reach {test_id}")


def test_a_bound_phone_sets_a_forgotten_password_and_stays_bound(
    house: Stack, handset: Page, persons: dict[str, Person]
) -> None:
    chen = subscriber(house, persons["chen"].national_id, CHEN)
    heard = complaints(handset.context)
    with Portal(house.origin, card_url=house.urls["card"]) as portal:
        make_ready(portal, persons["chen"], mail_url=house.urls["mail"])
        handset.goto(f"{house.origin}/app/b#{portal.device_code()['qr_text'].partition('#')[2]}")
        handset.get_by_test_id("bind-submit").click()
        guard(handset)
        handset.get_by_test_id("result-main").click()

        handset.get_by_test_id("home-forgot").click()
        expect(handset.get_by_test_id("title")).to_have_text("忘記註冊密碼")
        take(handset, "forgot")
        fill(handset, chen)
        handset.get_by_test_id("number-agree").click()
        ask_operator(handset)
        assert refusal(handset) == "這次不是用行動網路"
        go_over(house, CHEN)
        handset.get_by_test_id("number-again").click()
        expect(handset.get_by_test_id("title")).to_have_text("設定新密碼")
        take(handset, "reset")
        choose_password(handset, PASSWORD)
        handset.get_by_test_id("number-submit").click()

        expect(handset.get_by_test_id("title")).to_have_text("密碼已更新")
        take(handset, "reset-done")
        assert handset.evaluate(KEPT) == [False, True]
        assert portal.login_by_card(PASSWORD)["amr"] == ["sc", "pwd"]
        assert [each["via"] for each in portal.call("GET", "/devices")["items"]] == ["card"]
    handset.get_by_test_id("result-main").click()
    expect(handset.get_by_test_id("home-state")).to_have_attribute("data-state", "bound")
    handset.get_by_test_id("home-otp").click()
    expect(handset.get_by_test_id("otp-code")).to_be_visible()
    assert [each for each in heard if "403" not in each and "422" not in each] == []
