"""A browser's cookie: planted before a login, stolen after it; and where a login leads that somebody else has begun."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from joserfc import jws
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from authsvc.core.keys import new_token
from authsvc.core.kit import Kit
from authsvc.identity.happenings import TEXTS
from mobileapp.phonekeys import public_jwk
from mocks.card.cards import Deck
from mocks.people import World
from mocks.twfido.office import Office
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.simulators import acts
from tests.twfido.conftest import Login
from tests.waysin import KINDS, WHO, Prover, enter, inside

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
CHROME, NEWER = (f"{WINDOWS} AppleWebKit/537.36 Chrome/{number}.0.0.0 Safari/537.36" for number in (140, 141))
FIREFOX = f"{WINDOWS} Gecko/20100101 Firefox/144.0"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
CLIENT = "python-httpx/1.0"
Way = Callable[[Prover, Browser, str], list[TestResponse]]
ELSEWHERE = ("session.elsewhere", "done")
OUTSIDE = (
    *(
        "//evil.example",
        "///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "/\\/evil.example",
        "/a//evil.example",
    ),
    *("https://evil.example/", "HTTPS:evil.example", "http:/evil.example", "javascript:alert(1)", "data:text/html,x"),
    *("//me@evil.example", "https://localhost:8000@evil.example/", "/@evil.example", "/me@evil.example"),
    *("/%0d%0aX-Evil:1", "/me\r\nX-Evil: 1", "/%2f%2fevil.example", "/%5cevil.example", "/\tevil.example"),
    *("\uff0f\uff0fevil.example", "/\u2215evil.example", "/\u2028evil", "\u200b//evil.example"),
    *("/me?x=//evil.example", "/me#//evil", "/..//evil.example", "/.evil.example", "/me;//evil.example"),
    *("evil.example", "@evil.example", " //evil.example", "\x00//evil.example"),
)
PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    *(("/login", {}), ("/login", {"again": "1", "ways": "card,qr,passkey"}), ("/security", {}), ("/me", {})),
    *(("/devices", {}), ("/passkeys", {}), ("/functions/filings", {}), ("/login/qr/return", {}), ("/nothing", {})),
)


@pytest.fixture
def prover(app: Flask, deck: Deck, world: World, office: Office, clock: MovableClock) -> Prover:
    return Prover(app, deck, world, office, clock)


def cookie_of(browser: Browser) -> str:
    found = browser.client.get_cookie("authsvc", domain="localhost")
    assert found is not None
    return found.value


def come_as(browser: Browser, agent: str, cookie: str | None = None) -> Browser:
    """Let a browser say what it is, and carry somebody's cookie."""
    browser.client.environ_base["HTTP_USER_AGENT"] = agent
    if cookie is not None:
        browser.client.set_cookie("authsvc", cookie, domain="localhost")
    return browser


@pytest.mark.parametrize("kind", KINDS)
def test_a_cookie_from_before_a_login_opens_nothing_after_it(prover: Prover, kind: str) -> None:
    # given a cookie that an attacker planted, and knows
    planted, thief, victim = new_token(), prover.browser(), prover.browser()
    victim.client.set_cookie("authsvc", planted, domain="localhost")
    # when the victim logs in, the whole way, in that browser
    shown = prover.prove(kind, victim)
    assert cookie_of(victim) == planted
    answer = enter(victim, KINDS[kind][0], shown.body)
    # then the login has a value of its own, which is the only one that opens it
    assert (answer.status_code, answer.get_json()["acr"]) == (201, KINDS[kind][1])
    assert planted not in (cookie_of(victim), answer.headers["Set-Cookie"])
    assert inside(victim)
    assert not inside(come_as(thief, "", planted))
    # and neither what is left over of it nor a second try brings the planted one in
    assert enter(thief, KINDS[kind][0], shown.body).status_code in (401, 403, 404, 409, 410)
    assert not inside(thief)


@pytest.mark.parametrize("kind", KINDS)
def test_a_login_ends_the_session_before_it_in_the_same_browser(prover: Prover, kind: str) -> None:
    browser = prover.browser()
    assert enter(browser, "card", prover.prove("card", browser).body).status_code == 201
    before = cookie_of(browser)

    assert enter(browser, KINDS[kind][0], prover.prove(kind, browser).body).status_code == 201

    assert not inside(come_as(prover.browser(), "", before))


def test_a_stolen_cookie_does_not_collect_an_order_of_another_tab(prover: Prover) -> None:
    # given an order whose tab gave its key, approved on the phone
    key, victim, phone = ECKey.generate_key("P-256"), prover.browser(), prover.phone
    begun = victim.post("/qr-logins", prover.named | {"browser_key": public_jwk(key)}).get_json()
    frame = victim.get(f"/qr-logins/{begun['id']}").get_json()["frame"]["text"]
    phone.approve(phone.scan(frame), begun["match_code"])
    # when somebody comes with the cookie, alone or with a key of their own
    thief = come_as(prover.browser(), "", cookie_of(victim))
    theirs = sealed(ECKey.generate_key("P-256"), begun["id"])
    for body in ({}, {"browser_proof": theirs}, {"browser_proof": sealed(key, "A" * 22)}):
        assert enter(thief, "qr", {"order_id": begun["id"], **body}).status_code in (401, 403)
        assert not inside(thief)
    # then the tab goes on
    assert enter(victim, "qr", {"order_id": begun["id"], "browser_proof": sealed(key, begun["id"])}).status_code == 201


def sealed(key: ECKey, order_id: str) -> str:
    """Return a tab's signature over an order's id."""
    return jws.serialize_compact({"alg": "ES256"}, order_id, key, algorithms=["ES256"])


def opened(prover: Prover, kind: str, agent: str) -> Browser:
    """Return a browser that says what it is and is logged in."""
    browser = come_as(prover.browser(), agent)
    assert enter(browser, KINDS[kind][0], prover.prove(kind, browser).body).status_code == 201
    return browser


@pytest.mark.parametrize("agent", [FIREFOX, ANDROID], ids=["another browser", "another system"])
@pytest.mark.parametrize("kind", ["card", "qr", "unit_certificate"])
def test_a_cookie_shown_by_another_kind_of_browser_ends_its_session(
    prover: Prover, kit: Kit, kind: str, agent: str
) -> None:
    victim = opened(prover, kind, CHROME)
    thief = come_as(prover.browser(), agent, cookie_of(victim))

    assert not inside(thief)

    assert not inside(victim)
    thief.client.environ_base["HTTP_USER_AGENT"] = CHROME  # too late
    assert not inside(thief)
    assert acts(kit).count(ELSEWHERE) == 1


def test_a_page_and_a_call_that_changes_something_are_no_other_way_in(prover: Prover, kit: Kit) -> None:
    for method, path in (("GET", "/me"), ("GET", "/security"), ("POST", "/api/v1/device-codes")):
        victim = opened(prover, "card", CHROME)
        thief = come_as(prover.browser(), FIREFOX, cookie_of(victim))
        answer = thief.client.open(path, method=method, json={} if method == "POST" else None)
        assert answer.status_code in (303, 401), path
        assert not inside(victim)
    assert acts(kit).count(ELSEWHERE) == 3


def test_the_owner_is_told_of_it(prover: Prover) -> None:
    inside(come_as(prover.browser(), FIREFOX, cookie_of(opened(prover, "card", CHROME))))

    owner = opened(prover, "card", CHROME)

    events = owner.get("/me/events").get_json()
    (told,) = [each for each in events.get("items", events.get("events", [])) if each["what"] == "session.elsewhere"]
    assert told["text"] == TEXTS["session.elsewhere"][""]
    page = owner.client.get("/security", headers={"Accept-Language": "zh-TW"}).text
    assert "另一種瀏覽器使用了您的登入" in page


@pytest.mark.parametrize("kind", ["card", "unit_certificate"])
@pytest.mark.parametrize(
    ("first", "then"),
    [(CHROME, NEWER), (CHROME, ""), (CHROME, CLIENT), (CLIENT, CHROME), (CLIENT, "another-client/2"), ("", "")],
    ids=["a new version", "nothing said", "a program", "first a program", "another program", "never anything said"],
)
def test_a_new_version_and_what_does_not_say_what_it_is_go_on(
    prover: Prover, kit: Kit, kind: str, first: str, then: str
) -> None:
    browser = opened(prover, kind, first)

    assert inside(come_as(browser, then))
    assert inside(come_as(browser, first))
    assert ELSEWHERE not in acts(kit)


def form(prover: Prover, page: TestResponse, **more: str) -> dict[str, str]:
    """Return what a form posts: the token of its page, and who logs in."""
    year, month, day = prover.named["birth_date"].split("-")
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    born = {"birth_year": year, "birth_month": month, "birth_day": day}
    return {"csrf_token": token, "national_id": prover.person.national_id, **born, **more}


def is_inside(address: str) -> bool:
    """Tell whether a browser at our origin that goes to this address stays with us, as itself and after `next`."""
    parts = urlsplit(address)
    later = parse_qs(parts.query).get("next", ["/me"])
    plain = all(re.fullmatch(r"/[A-Za-z0-9_\-/]*", each) and "//" not in each for each in (parts.path, *later))
    return plain and not parts.scheme and not parts.netloc and "evil" not in address.lower()


@pytest.mark.parametrize("way", ["otp", "qr", "twfido"])
def test_a_login_leads_nobody_out(prover: Prover, way: str) -> None:
    go: dict[str, Way] = {"otp": by_otp, "qr": by_qr, "twfido": by_twfido}
    for wanted in OUTSIDE:
        browser = prover.browser()
        for answer in go[way](prover, browser, wanted):
            assert answer.status_code == 303, (wanted, answer.text)
            assert is_inside(answer.headers["Location"]), (wanted, answer.headers["Location"])
            assert "X-Evil" not in answer.headers
        assert inside(browser), wanted
        prover.clock.forward(minutes=1)  # to the next code


def test_a_page_that_a_link_led_to_leads_nobody_out(prover: Prover) -> None:
    for wanted in OUTSIDE:
        for path, query in PAGES:
            page = prover.browser().client.get(path, query_string={"next": wanted, **query})
            led = re.findall(r'(?:data-next|href|action|name="next" value)="([^"]*)"', page.text)
            led.append(page.headers.get("Location", "/"))
            assert not [place for place in led if "evil" in place.lower() or place.startswith("//")], (path, wanted)
            assert "X-Evil" not in page.headers


def by_otp(prover: Prover, browser: Browser, wanted: str) -> list[TestResponse]:
    code = prover.phone.otp_code()
    posted = form(prover, browser.client.get("/login"), otp=code, next=wanted)
    return [browser.client.post("/login/otp", data=posted)]


def by_qr(prover: Prover, browser: Browser, wanted: str) -> list[TestResponse]:
    begun = browser.client.post("/login/qr", data=form(prover, browser.client.get("/login"), next=wanted))
    path = urlsplit(begun.headers["Location"]).path
    page, phone = browser.client.get(path, query_string={"next": wanted}), prover.phone
    assert "evil" not in page.text.lower()
    phone.refresh_by_itself = True
    order = browser.get(f"/qr-logins/{path.rpartition('/')[2]}").get_json()
    phone.approve(phone.scan(order["frame"]["text"]), order["match_code"])
    entered = browser.client.post(f"{path}/session", data=form(prover, page, next=wanted))
    return [begun, entered]


def by_twfido(prover: Prover, browser: Browser, wanted: str) -> list[TestResponse]:
    begun = browser.client.post("/login/twfido", data=form(prover, browser.client.get("/login"), next=wanted))
    path = urlsplit(begun.headers["Location"]).path
    login = Login(browser, prover.office, prover.clock, prover.world.person(WHO), {"id": path.rpartition("/")[2]})
    login.approve()
    assert login.told()[0] == "approved"
    page = browser.client.get(path, query_string={"next": wanted})
    assert "evil" not in page.text.lower()
    return [begun, browser.client.post(f"{path}/session", data=form(prover, page, next=wanted))]
