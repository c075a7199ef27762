import re
from typing import Any

import pytest
from flask import Flask
from marshmallow import ValidationError, fields

from authsvc.core.cookies import form_token
from authsvc.core.errors import Invalid, Throttled
from authsvc.core.kit import Kit
from authsvc.core.schema import In, IsoDate
from authsvc.identity import forms
from authsvc.identity.schemas import NationalId, UnitChoice
from tests.browser import Browser
from tests.factories import log_in, make_person, make_session

EN = {"Accept-Language": "en"}


class Who(UnitChoice):
    """A form of the kind that OTP and QR login have."""

    national_id = NationalId(required=True)
    birth_date = IsoDate(required=True)


class Odd(In):
    """A schema that refuses as a whole, with a text that is no list."""

    birth_date = fields.Raw()

    def load(self, *_args: Any, **_kwargs: Any) -> Any:
        raise ValidationError(["as a whole"])


def posted(app: Flask, **form: str) -> Any:
    return app.test_request_context("/", method="POST", data=form, headers=EN)


def test_a_form_is_read_by_the_schema_of_the_api(app: Flask) -> None:
    form = {"national_id": " a109000016 ", "birth_year": "69", "birth_month": "5", "birth_day": "20"}
    with posted(app, **form, unit_code="110900011", appoint_managers="on", csrf_token="x"):
        loaded = forms.person_form(Who())

    assert (loaded["national_id"], loaded["birth_date"].isoformat()) == ("A109000016", "1980-05-20")
    assert (loaded["unit_code"], loaded["appoint_managers"]) == ("110900011", True)


def test_an_empty_field_is_a_missing_one(app: Flask) -> None:
    with (
        posted(app, national_id=" ", birth_year="69", birth_month="2", birth_day="30"),
        pytest.raises(Invalid) as refusal,
    ):
        forms.person_form(Who())
    assert set(refusal.value.errors) == {"national_id", "birth_date"}
    with posted(app), pytest.raises(Invalid) as refusal:
        forms.person_form(Odd())
    assert refusal.value.errors == {"_schema": ["as a whole"]}


@pytest.mark.parametrize(
    ("year", "month", "day", "iso"),
    [
        ("69", "5", "20", "1980-05-20"),
        ("199", "1", "1", "2110-01-01"),
        ("200", "1", "1", "0200-01-01"),
        ("1980", "05", "20", "1980-05-20"),
        ("", "5", "20", ""),
        ("６９", "5", "20", ""),
        ("-69", "5", "20", ""),
        ("19800", "5", "20", ""),
        ("69", "x", "20", ""),
    ],
)
def test_a_birth_date_is_of_the_republic_or_of_our_era(app: Flask, year: str, month: str, day: str, iso: str) -> None:
    with posted(app, birth_year=year, birth_month=month, birth_day=day):
        assert forms.birth_date() == iso


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/devices", "/devices"),
        ("/", "/"),
        ("", "/me"),
        ("https://evil.example", "/me"),
        ("//evil.example", "/me"),
        ("/\\evil.example", "/me"),
        ("/a//b", "/me"),
        ("/a\r\nSet-Cookie: x=1", "/me"),
        ("/?next=x", "/me"),
        ("javascript:alert(1)", "/me"),
    ],
)
def test_after_a_login_the_way_leads_to_a_place_of_ours(app: Flask, wanted: str, place: str) -> None:
    with posted(app, next=wanted):
        assert forms.next_page() == place


def test_a_wrong_number_is_named_in_the_form(app: Flask) -> None:
    form = {"national_id": "A109000017", "birth_year": "69", "birth_month": "5", "birth_day": "20"}
    with posted(app, **form), pytest.raises(Invalid) as refusal:
        forms.person_form(Who())
    assert list(refusal.value.errors) == ["national_id"]


def test_a_form_that_let_somebody_in_leads_on_with_a_new_cookie(app: Flask, kit: Kit) -> None:
    opened = make_session(kit, make_person(kit))
    with posted(app, next="/devices"):
        answer = forms.enter_page(opened)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/devices")
        finished = app.process_response(app.make_response(answer))
    assert opened.token in finished.headers["Set-Cookie"]


def test_a_failed_form_comes_back_without_its_secret(app: Flask) -> None:
    with posted(app, national_id="A109000016", otp="12345678", csrf_token="t"):
        page, status, headers = forms.login_again("otp", Invalid({"birth_date": ["Not a valid date."]}))
        assert (status, headers) == (422, {})
        assert "A109000016" in page
        assert "12345678" not in page
        assert forms.login_again("otp", Throttled(9))[1:] == (429, {"Retry-After": "9"})


def test_the_way_in_is_shown_until_one_is_in(browser: Browser, kit: Kit) -> None:
    client = browser.client
    assert client.get("/me").headers["Location"] == "/login"
    assert client.get("/login").status_code == 200
    # when
    log_in(client, kit, make_person(kit))
    # then
    assert "王○明" in client.get("/me").text
    assert client.get("/login").headers["Location"] == "/me"
    assert client.get("/login?again").status_code == 200
    assert client.get("/").status_code == 200


def test_logging_out_needs_the_form_of_this_browser(browser: Browser, kit: Kit) -> None:
    # given
    client = browser.client
    log_in(client, kit, make_person(kit))
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/me").text)
    assert found is not None
    # then
    assert client.post("/logout", data={"csrf_token": "wrong"}).status_code == 403
    assert client.get("/me").status_code == 200
    assert client.post("/logout", data={"csrf_token": found[1]}).headers["Location"] == "/"
    assert client.get("/me").status_code == 303
    # and once more, with nobody in
    assert client.post("/logout", data={"csrf_token": found[1]}).headers["Location"] == "/"


def test_a_form_token_hangs_on_the_browser(app: Flask, kit: Kit) -> None:
    def token(value: str) -> str:
        with app.test_request_context("/", headers={"Cookie": f"authsvc={value}"}):
            return form_token(kit.settings, kit.keys)

    assert token("a" * 43) == token("a" * 43)
    assert token("a" * 43) != token("b" * 43)
    assert "a" * 10 not in token("a" * 43)


@pytest.mark.parametrize("language", ["en", "zh-Hant-TW"])
def test_every_refusal_is_explained_on_a_page(browser: Browser, language: str) -> None:
    page = browser.client.get("/problems", headers={"Accept-Language": language}).text

    for code in ("card_expired", "password_wrong", "too_many_tries", "9039", "66501", "internal"):
        assert code in page


def test_the_api_is_documented_on_a_page(browser: Browser) -> None:
    assert browser.client.get("/api/v1/docs").status_code == 200
    assert browser.client.get("/api/v1/openapi.json").get_json()["openapi"] == "3.1.0"
