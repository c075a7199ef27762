"""A code that is tied to the login page it is typed into."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core.kit import Caller, Kit
from authsvc.settings import Misconfigured, Settings
from mobileapp.client import Phone
from otp import tags
from otp.service import OtpRefused
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.factories import Somebody

LogIn = Callable[..., Any]
HERE, THERE = "the cookie here", "the cookie there"


@pytest.fixture
def mode() -> Literal["off", "offered", "required"]:
    return "required"


@pytest.fixture
def settings(settings: Settings, mode: Literal["off", "offered", "required"]) -> Settings:
    return replace(settings, otp_page_tag=mode)


def tag_of(kit: Kit, browser: str = HERE) -> str:
    tag = tags.serve(kit, browser=browser).page_tag
    assert tag is not None
    return tag


def other_than(tag: str) -> str:
    return "7K" if tag != "7K" else "7J"


def test_a_tied_code_opens_a_session_in_its_own_browser(
    kit: Kit, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    tag = tag_of(kit)

    assert phone.binding["otp"]["page_tag"] == "required"
    assert log_in(person, phone.otp_code(page_tag=tag), browser=HERE, page_tag=tag.lower()).acr == "otp"


def test_a_tied_code_is_nothing_in_another_browser_or_with_other_characters(
    kit: Kit, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    tag = tag_of(kit)
    code = phone.otp_code(page_tag=tag)
    elsewhere: tuple[dict[str, Any], ...] = (
        {"browser": THERE, "page_tag": tag},
        {"browser": HERE, "page_tag": other_than(tag)},
        {"browser": HERE},
        {"page_tag": tag},
    )
    for where in elsewhere:
        with pytest.raises(OtpRefused):
            log_in(person, code, **where)


def test_where_tags_are_required_a_plain_code_is_nothing(
    kit: Kit, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    for where in ({}, {"page_tag": tag_of(kit)}, {"page_tag": "--"}):
        with pytest.raises(OtpRefused):
            log_in(person, phone.otp_code(), browser=HERE, **where)


@pytest.mark.parametrize("mode", ["offered"])
def test_where_tags_are_offered_both_kinds_open_but_a_tied_one_here_alone(
    kit: Kit, clock: MovableClock, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    tag = tag_of(kit)
    with pytest.raises(OtpRefused):
        log_in(person, phone.otp_code(page_tag=tag), browser=THERE, page_tag=tag_of(kit, THERE))
    assert log_in(person, phone.otp_code(page_tag=tag), browser=HERE, page_tag=tag).acr == "otp"

    clock.forward(seconds=30)
    assert log_in(person, phone.otp_code(), browser=HERE, page_tag=tag).acr == "otp"
    clock.forward(seconds=30)
    assert log_in(person, phone.otp_code(), browser=HERE).acr == "otp"


@pytest.mark.parametrize("mode", ["offered"])
def test_a_tied_and_a_plain_code_of_one_step_are_one_code(
    kit: Kit, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    log_in(person, phone.otp_code(), browser=HERE)

    with pytest.raises(OtpRefused):
        log_in(person, phone.otp_code(page_tag=tag_of(kit)), browser=HERE, page_tag=tag_of(kit))


def test_the_characters_live_ten_to_twenty_minutes(kit: Kit, clock: MovableClock) -> None:
    clock.forward(seconds=tags.SLOT - clock.now().timestamp() % tags.SLOT)
    here = kit.on_behalf_of(Caller(browser=HERE))
    served = tags.serve(kit, browser=HERE)
    assert served.page_tag is not None
    assert served.expires_at is not None

    clock.forward(seconds=2 * tags.SLOT - 1)
    assert tags.is_served(here, served.page_tag)
    assert clock.now() < served.expires_at
    clock.forward(seconds=1)
    assert clock.now() == served.expires_at
    assert not tags.is_served(here, served.page_tag) or tag_of(kit) == served.page_tag


def test_browsers_are_shown_characters_of_their_own(kit: Kit) -> None:
    shown = {tag_of(kit, f"browser {number}") for number in range(200)}

    assert len(shown) > 150
    assert {len(tag) for tag in shown} == {2}
    assert set("".join(shown)) <= set(tags.SYMBOLS)


def page_of(client: FlaskClient) -> tuple[str, str]:
    """Return the form's token and the two characters of a login page."""
    html = client.get("/login", headers={"Accept-Language": "en"}).text
    return tuple(html.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("csrf_token", "page_tag"))  # type: ignore[return-value]


def test_page_and_call_show_a_browser_the_same_and_the_form_sends_it(
    app: Flask, person: Somebody, phone: Phone
) -> None:
    client = client_of(app)
    token, tag = page_of(client)
    told = client.get("/api/v1/otp/page-tag").get_json()
    born = {"birth_year": "59", "birth_month": "1", "birth_day": "1"}
    form = {"csrf_token": token, "page_tag": tag, "national_id": person.national_id, **born}

    opened = client.post("/login/otp", data=form | {"otp": phone.otp_code(page_tag=tag)})

    assert (told["mode"], told["page_tag"]) == ("required", tag)
    assert (opened.status_code, opened.headers["Location"]) == (303, "/me")
    assert client.get("/api/v1/otp/page-tag").get_json()["page_tag"] != tag  # the cookie changed with the login


@pytest.mark.parametrize("mode", ["off"])
def test_where_tags_are_off_nothing_is_shown_and_what_is_sent_does_not_matter(
    app: Flask, log_in: LogIn, person: Somebody, phone: Phone
) -> None:
    assert page_of(client_of(app))[1] == ""
    assert client_of(app).get("/api/v1/otp/page-tag").get_json() == {
        "mode": "off",
        "page_tag": None,
        "expires_at": None,
    }
    assert log_in(person, phone.otp_code(), browser=HERE, page_tag="7K").acr == "otp"


def test_another_mode_is_no_setting() -> None:
    with pytest.raises(Misconfigured, match="AUTHSVC_OTP_PAGE_TAG"):
        Settings(otp_page_tag="sometimes")  # type: ignore[arg-type]
