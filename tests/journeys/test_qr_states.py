"""A QR login as people meet it: what the screens say at each step, and where it may go on."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from devtools.browser import Browser as Portal
from devtools.browser import items_of
from devtools.people import PASSWORD, Person, make_ready
from devtools.stack import Stack
from tests.journeys import acts
from tests.journeys.locks import guard

# Whatever the page's live region says, and whether the picture was ever empty or the form there again.
LISTEN = """() => {
  window.blinked = false;
  const state = document.querySelector("[data-testid=qr-state]");
  const view = document.getElementById("qr-waiting");
  window.heard = [state.innerText.trim()];
  new MutationObserver(() => {
    const said = state.innerText.trim();
    if (said !== window.heard.at(-1)) window.heard.push(said);
  }).observe(state, { subtree: true, attributes: true, childList: true });
  new MutationObserver(() => {
    const path = view.querySelector("path");
    if (view.hidden || !path.getAttribute("d") || view.querySelector("[data-dim]")) window.blinked = true;
  }).observe(view, { subtree: true, attributes: true, attributeFilter: ["d", "hidden", "data-dim"] });
}"""

KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open("qr-login", 1);
  opening.onsuccess = () => {
    const counting = opening.result.transaction("tabs").objectStore("tabs").count();
    counting.onsuccess = () => resolve(counting.result);
  };
})"""
KEEPS_NOTHING = "IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError'); };"
PICK_UP, NEXT_CODE = "**/sessions/qr", "**/qr-logins/*/successors"
LOST = 0  # in the place of a status: the request never arrives


@pytest.fixture(scope="module")
def desk(stack: Stack, people: dict[str, Person]) -> Iterator[Portal]:
    """Give the browser at home, in which their phones are bound with the card."""
    with Portal(stack.origin, card_url=stack.urls["card"]) as desk:
        make_ready(desk, people["tsai-nhi"], mail_url=stack.urls["mail"])
        yield desk


@pytest.fixture
def tsai(desk: Portal, people: dict[str, Person]) -> Person:
    del desk
    return people["tsai-nhi"]


@pytest.fixture(params=["zh-TW", "en-GB"])
def pocket(request: pytest.FixtureRequest, chromium: Browser, desk: Portal, tsai: Person) -> Iterator[Page]:
    """Open the app of a phone that is bound and guarded by a PIN, in each language."""
    desk.require_reader().insert(tsai.card_id)
    desk.login_by_card(PASSWORD)
    for device in items_of(desk.call("GET", "/devices")):
        desk.call("DELETE", f"/devices/{device['id']}")
    context = chromium.new_context(locale=request.param, viewport={"width": 390, "height": 844}, is_mobile=True)
    phone = context.new_page()
    phone.goto(desk.device_code()["qr_text"])
    phone.get_by_test_id("bind-submit").click()
    guard(phone)
    phone.get_by_test_id("result-main").click()
    expect(phone.get_by_test_id("home-state")).to_have_attribute("data-state", "bound")
    yield phone
    context.close()


def tap_number(phone: Page, number: str) -> None:
    phone.locator(f"[data-testid=login-number][data-number='{number}']").click()


def stumble(page: Page, calls: str, *answers: tuple[int, str]) -> list[int]:
    """Answer the first such calls of a page by (status, code) and pass the rest on; return the statuses as they go."""
    given: list[int] = []

    def answer(route: Route) -> None:
        if len(given) == len(answers):
            route.continue_()
            return
        status, code = answers[len(given)]
        given.append(status)
        if status == LOST:
            route.abort("connectionreset")
        else:
            route.fulfill(status=status, json={"status": status, "code": code, "detail": "No."})

    page.route(calls, answer)
    return given


def test_a_code_that_nobody_scans_is_followed_without_a_blink_or_a_word(
    stack: Stack, people: dict[str, Person], pc: Page
) -> None:
    acts.start_qr_login(pc, stack, people["tsai-nhi"])
    before = str(pc.get_by_test_id("qr-link").get_attribute("href"))
    start = before.partition("#")[2].partition(".")[0]
    pc.evaluate(LISTEN)

    stack.move_clock(181)

    expect(pc.locator(f"[data-testid=qr-link][href*='#']:not([href*='{start}'])")).to_be_visible()
    assert len(pc.evaluate("window.heard")) == 1
    assert pc.evaluate("window.blinked") is False
    stack.move_clock(0)


def test_every_change_is_said_to_whoever_hears_the_page(stack: Stack, tsai: Person, pc: Page, pocket: Page) -> None:
    number = acts.start_qr_login(pc, stack, tsai)
    pc.evaluate(LISTEN)

    pocket.goto(str(pc.get_by_test_id("qr-link").get_attribute("href")))
    expect(pc.locator("[data-for=deciding]")).to_be_visible()
    pc.route("**/sessions/qr", lambda _route: None)  # held, so that the last words can be read
    tap_number(pocket, number)
    expect(pocket.get_by_test_id("mark-done")).to_be_visible()
    expect(pc.get_by_test_id("qr-receipt")).to_be_visible()

    heads = [said.partition("\n")[0] for said in pc.evaluate("window.heard")]
    assert heads[-2:] == ["請在手機上確認", "已同意"]
    expect(pocket.get_by_test_id("fact-receipt")).to_have_text(pc.get_by_test_id("qr-receipt").inner_text())


def test_on_one_phone_the_login_ends_in_the_browser_where_it_began(stack: Stack, tsai: Person, pocket: Page) -> None:
    number = acts.start_qr_login(pocket, stack, tsai)
    pocket.get_by_test_id("qr-link").click()
    tap_number(pocket, number)

    pocket.get_by_test_id("result-leave").click()

    expect(pocket.get_by_test_id("me-way")).to_have_attribute("data-amr", "swk")
    assert pocket.url == f"{stack.origin}/me"
    session = pocket.request.get(f"{stack.origin}/api/v1/sessions/current").json()
    assert session["tab_bound"] is True


def test_coming_back_to_another_browser_says_so_and_opens_nothing(
    stack: Stack, tsai: Person, pocket: Page, pc: Page
) -> None:
    number = acts.start_qr_login(pc, stack, tsai)
    frame = str(pc.get_by_test_id("qr-link").get_attribute("href"))
    pocket.goto(f"{frame}.here")  # as if the link had been opened by another browser of the phone
    tap_number(pocket, number)
    pocket.get_by_test_id("result-leave").click()

    expect(pocket.locator("[data-for=elsewhere]")).to_be_visible()
    expect(pocket.get_by_test_id("return-again")).to_be_visible()
    assert pocket.request.get(f"{stack.origin}/api/v1/sessions/current").status == 401
    expect(pc.locator("[data-for=approved-here]")).to_be_visible()
    assert "/login" in pc.url


def test_without_a_camera_the_code_is_typed(stack: Stack, tsai: Person, pc: Page, pocket: Page) -> None:
    number = acts.start_qr_login(pc, stack, tsai)
    pc.get_by_test_id("qr-typed-open").click()
    pc.get_by_test_id("qr-say").click()
    code = pc.get_by_test_id("qr-typed-code").inner_text()
    expect(pc.get_by_test_id("qr-said")).to_have_text(" ".join(code.replace("-", ",")))

    pocket.goto(f"{stack.origin}/app/")
    pocket.get_by_test_id("home-scan").click()
    pocket.get_by_test_id("scan-typed").click()
    pocket.get_by_test_id("typed-code").fill(code.lower())
    pocket.get_by_test_id("typed-submit").click()
    tap_number(pocket, number)
    expect(pocket.get_by_test_id("mark-done")).to_be_visible()

    expect(pc.get_by_test_id("me-way")).to_have_attribute("data-amr", "swk")


def test_cancelling_at_the_desk_is_told_on_the_phone(stack: Stack, tsai: Person, pc: Page, pocket: Page) -> None:
    number = acts.start_qr_login(pc, stack, tsai)
    pocket.goto(str(pc.get_by_test_id("qr-link").get_attribute("href")))
    expect(pocket.get_by_test_id("login-number")).to_have_count(3)
    pc.get_by_test_id("qr-cancel").click()
    expect(pc.get_by_test_id("qr-national-id")).to_be_focused()

    tap_number(pocket, number)

    expect(pocket.get_by_test_id("mark-failed")).to_be_visible()
    expect(pocket.get_by_test_id("lead")).to_have_text(re.compile("已在網頁上取消|cancelled on the page"))


def test_an_approved_login_survives_lost_requests_and_a_busy_service(
    stack: Stack, tsai: Person, pc: Page, pocket: Page
) -> None:
    number = acts.start_qr_login(pc, stack, tsai)
    given = stumble(pc, PICK_UP, (LOST, ""), (503, "unavailable"), (429, "throttled"))
    pocket.goto(str(pc.get_by_test_id("qr-link").get_attribute("href")))
    tap_number(pocket, number)
    expect(pocket.get_by_test_id("mark-done")).to_be_visible()

    expect(pc.get_by_test_id("me-way")).to_have_attribute("data-amr", "swk")
    assert given == [LOST, 503, 429]


def test_coming_back_survives_lost_requests_too_and_leaves_no_key_behind(
    stack: Stack, tsai: Person, pocket: Page
) -> None:
    number = acts.start_qr_login(pocket, stack, tsai)
    pocket.get_by_test_id("qr-link").click()
    tap_number(pocket, number)
    given = stumble(pocket, PICK_UP, (LOST, ""), (503, "unavailable"))
    pocket.get_by_test_id("result-leave").click()

    expect(pocket.get_by_test_id("me-way")).to_have_attribute("data-amr", "swk")
    assert given == [LOST, 503]
    assert pocket.evaluate(KEPT) == 0


def test_a_refusal_is_final_where_the_login_comes_back(stack: Stack, tsai: Person, pocket: Page) -> None:
    number = acts.start_qr_login(pocket, stack, tsai)
    pocket.get_by_test_id("qr-link").click()
    tap_number(pocket, number)
    stumble(pocket, PICK_UP, (409, "order_not_approved"))
    pocket.get_by_test_id("result-leave").click()

    expect(pocket.locator("#qr-return [data-fault]")).to_have_attribute("data-code", "order_not_approved")
    assert pocket.evaluate(KEPT) == 0


def test_a_lost_request_for_the_next_code_is_sent_again(stack: Stack, people: dict[str, Person], pc: Page) -> None:
    acts.start_qr_login(pc, stack, people["tsai-nhi"])
    before = str(pc.get_by_test_id("qr-link").get_attribute("href"))
    start = before.partition("#")[2].partition(".")[0]
    given = stumble(pc, NEXT_CODE, (LOST, ""), (503, "unavailable"))
    pc.evaluate(LISTEN)

    stack.move_clock(181)

    expect(pc.locator(f"[data-testid=qr-link][href*='#']:not([href*='{start}'])")).to_be_visible()
    assert given == [LOST, 503]
    assert len(pc.evaluate("window.heard")) == 1
    stack.move_clock(0)


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [(409, "order_not_renewed", "expired-unscanned"), (404, "not_found", "failed")],
)
def test_new_codes_are_said_to_be_over_only_where_the_service_says_so(
    stack: Stack, people: dict[str, Person], pc: Page, status: int, code: str, said: str
) -> None:
    acts.start_qr_login(pc, stack, people["tsai-nhi"])
    stumble(pc, NEXT_CODE, (status, code))

    stack.move_clock(181)

    expect(pc.get_by_test_id("qr-waiting").locator(f"[data-for={said}]")).to_be_visible()
    expect(pc.locator("[data-for]:visible")).to_have_count(1)
    stack.move_clock(0)


@pytest.mark.parametrize(("locale", "words"), [("zh-TW", "無法點選 QR Code"), ("en-GB", "Scan the code")])
def test_a_browser_that_keeps_nothing_says_that_the_code_is_to_be_scanned_or_typed(
    stack: Stack, people: dict[str, Person], chromium: Browser, locale: str, words: str
) -> None:
    context = chromium.new_context(locale=locale, viewport={"width": 390, "height": 844}, is_mobile=True)
    context.add_init_script(KEEPS_NOTHING)
    page = context.new_page()
    acts.start_qr_login(page, stack, people["tsai-nhi"])
    page.get_by_test_id("qr-link").click()

    expect(page.get_by_test_id("qr-untappable")).to_contain_text(words)
    expect(page.get_by_test_id("qr-typed-code")).to_be_visible()
    assert "/login" in page.url
    context.close()
