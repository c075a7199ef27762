"""What a browser hears while it waits."""

from collections.abc import Callable, Iterator

from authsvc.core.kit import Kit
from mobileapp.client import Phone
from qrlogin import stream
from tests.clocks import MovableClock
from tests.qrlogin.conftest import Page

Ask = Callable[..., Page]


def heard(kit: Kit, page: Page) -> Iterator[str]:
    """Open the stream of a page as its browser does."""
    cookie = page.browser.client.get_cookie("authsvc")
    told = stream.begin(kit, order_id=page.order["id"], browser=cookie.value if cookie else None)
    assert told is not None
    return map(bytes.decode, told)


def test_the_stream_tells_state_and_frames_and_ends_at_the_end(ask: Ask, kit: Kit, phone: Phone) -> None:
    page = ask()
    told = heard(kit, page)
    first = [next(told) for _ in range(3)]
    phone.deny(phone.scan(page.frame()), "cancelled")
    rest = list(told)

    assert [event.splitlines()[0] for event in first] == ["event: state", "event: frame", "event: frame"]
    last = '{"status": "denied", "step": "denied", "reason": "cancelled"}'
    assert rest[-1].splitlines() == ["event: state", f"data: {last}", "retry: 2000", ""]
    assert page.browser.get(f"{page.path}/events").status_code == 204


def test_a_process_holds_only_so_many_calls_and_answers_the_rest_at_once(
    ask: Ask, kit: Kit, clock: MovableClock
) -> None:
    pages = [ask(birth_date=f"{1950 + number}-01-01") for number in range(kit.settings.held_calls + 1)]
    streams = [heard(kit, page) for page in pages]
    held = [next(told) for told in streams[:-1]]
    before = clock.now()

    told_at_once = list(streams[-1])

    assert len(held) == kit.settings.held_calls
    assert [event.partition(":")[0] for event in told_at_once] == ["event", "event"]
    assert pages[-1].browser.get(f"{pages[-1].path}?wait=25").status_code == 200
    assert clock.now() == before


def test_a_second_stream_of_an_order_ends_the_first(ask: Ask, kit: Kit) -> None:
    page = ask()
    first, second = heard(kit, page), heard(kit, page)
    assert [next(first), next(first)]
    assert [next(second), next(second)]

    assert len(list(first)) <= 1
    assert next(second)


def test_what_changed_between_two_polls_is_told_at_once(ask: Ask, clock: MovableClock, phone: Phone) -> None:
    page = ask()
    scan = phone.scan(page.frame())
    before = clock.now()

    scanned = page.browser.get(f"{page.path}?wait=25&seen=waiting").json
    phone.approve(scan, page.order["match_code"])
    approved = page.browser.get(f"{page.path}?wait=25").json

    assert [scanned and scanned["status"], approved and approved["status"]] == ["scanned", "approved"]
    assert clock.now() == before


def test_a_held_poll_answers_at_the_next_frame(ask: Ask, clock: MovableClock) -> None:
    page = ask()
    before = clock.now()

    answer = page.browser.get(f"{page.path}?wait=25").json

    assert answer is not None
    assert answer["frame"]["text"] != page.order["frame"]["text"]
    assert (clock.now() - before).total_seconds() == 3
