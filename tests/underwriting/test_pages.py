"""The pages: plain forms that keep what was typed but passwords; who is not logged in sees no account."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.underwriting.conftest import PASSWORD, Clerk
from underwriting.models import UnderwritingAccount


def post(client: FlaskClient, path: str, page: str, **form: str) -> TestResponse:
    """Send a form as its page does."""
    csrf = client.get(page).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    return client.post(path, data=form | {"csrf_token": csrf}, headers={"Accept-Language": "en"})


def log_in(clerk: Clerk, **changed: str) -> TestResponse:
    right = {"unit_code": "110900011", "national_id": clerk.person.national_id, "password": PASSWORD}
    return post(clerk.client, "/underwriting/login", "/underwriting", **right | changed)


@pytest.mark.parametrize("path", ["/underwriting/home", "/underwriting/account"])
def test_whoever_is_not_logged_in_is_led_to_the_login(clerk: Clerk, path: str) -> None:
    assert clerk.client.get(path).location == "/underwriting"


def test_the_form_logs_in_and_the_home_lists_what_is_open(member: Clerk) -> None:
    assert log_in(member).location == "/underwriting/home"

    home = member.client.get("/underwriting/home").text
    assert home.count('data-testid="function"') == 3
    assert member.person.national_id not in home
    assert member.client.get("/underwriting").location == "/underwriting/home"


@pytest.mark.parametrize("wrong", [{"password": "Gull-8wing"}, {"unit_code": "999999999"}], ids=str)
def test_a_wrong_login_comes_back_the_same_with_what_was_typed_but_the_password(
    member: Clerk, wrong: dict[str, str]
) -> None:
    refused = log_in(member, **wrong)

    assert refused.status_code == 401
    assert "do not fit together" in refused.text
    assert member.person.national_id in refused.text
    assert PASSWORD not in refused.text
    assert "Gull-8wing" not in refused.text


def test_an_application_by_form_is_taken_whoever_applies(clerk: Clerk) -> None:
    answers = []
    for wrong in ({}, {"card_number": "000000000000"}):
        form = clerk.application(**wrong)
        page = post(
            clerk.client, "/underwriting/register", "/underwriting/register", **form, password_again=form["password"]
        )
        answers.append((page.status_code, page.location, page.data))

    assert answers[0] == answers[1]
    assert answers[0][:2] == (303, "/underwriting?done=taken")
    assert len(clerk.letters()) == 1


def test_a_password_that_was_typed_in_two_ways_is_not_taken(clerk: Clerk) -> None:
    form = clerk.application() | {"password_again": "other"}

    assert post(clerk.client, "/underwriting/register", "/underwriting/register", **form).status_code == 422
    assert clerk.letters() == []


def test_the_account_page_changes_the_password_and_deletes(member: Clerk) -> None:
    log_in(member)
    here = "/underwriting/account"
    change = {"current": PASSWORD, "new": "Gull-8wing", "new_again": "Gull-8wing"}
    assert post(member.client, f"{here}/password", here, **change | {"current": "x"}).status_code == 401
    assert post(member.client, f"{here}/password", here, **change).location == f"{here}?done=password"

    assert post(member.client, f"{here}/delete", here, password="Gull-8wing").location == "/underwriting?done=deleted"
    assert member.client.get(here).location == "/underwriting"
    with member.kit.read() as session:
        (account,) = session.query(UnderwritingAccount).all()
        assert (account.password_hash, account.ended_at is not None) == ("", True)


def test_a_form_without_its_token_does_nothing(member: Clerk) -> None:
    log_in(member)
    sent = member.client.post("/underwriting/account/delete", data={"password": PASSWORD})

    assert sent.status_code == 403
    assert member.client.get("/underwriting/home").status_code == 200


def test_logging_out_leads_to_the_login(member: Clerk, new_clerk: Callable[..., Clerk]) -> None:
    log_in(member)
    assert post(member.client, "/underwriting/logout", "/underwriting/home").location == "/underwriting?done=left"
    assert member.client.get("/underwriting/home").location == "/underwriting"
    assert new_clerk().client.get("/underwriting?done=<script>").text.count("<script>") == 0
