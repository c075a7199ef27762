"""The pages about roles, clerks and grants: whole without a script, for managers alone, with a way back."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.test import TestResponse

from authsvc.core import outbox
from authsvc.core.letters import write_letter
from tests.browser import Browser
from tests.conftest import client_of
from tests.factories import log_in, make_person
from tests.insured import UNIT1
from tests.units.office import Office, make_office

HERE = f"/units/{UNIT1}"
PAGES = ("roles", "grants", "clerks/new", "acts")


@pytest.fixture
def office(app: Flask, new_browser: Callable[[], Browser]) -> Office:
    return make_office(app, new_browser)


def look(office: Office, path: str) -> str:
    answer = office.browser.client.get(f"{HERE}/{path}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.text


def send(office: Office, page: str, path: str, **form: str | list[str]) -> TestResponse:
    """Send a form of a page, as a browser without script does."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', look(office, page))
    assert found is not None
    form["csrf_token"] = found[1]
    return office.browser.client.post(f"{HERE}/{path}", data=form, headers={"Accept-Language": "en"})


def led_to(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_manager_makes_a_role_adds_a_clerk_and_gives_it(office: Office) -> None:
    assert 'data-testid="no-roles"' in look(office, "roles")
    assert 'data-testid="no-clerks"' in look(office, "grants")
    assert 'data-testid="no-acts"' in look(office, "acts")

    made = send(office, "roles", "roles", name="Personnel", functions=["filing_a", "filing_b"])
    assert led_to(made) == f"{HERE}/roles?done=made"
    person = make_person(office.kit, 2)
    page = led_to(send(office, "clerks/new", "clerks", **office.listed(person)))
    clerk = page.removeprefix(f"{HERE}/").partition("?")[0]
    assert 'data-testid="no-grants"' in look(office, clerk)
    [role] = office.call("GET", "/roles").get_json()["roles"]
    day = {"until_year": "188", "until_month": "1", "until_day": "31"}
    assert led_to(send(office, clerk, f"{clerk}/grants", role_id=role["id"], **day)).endswith("?done=given")

    assert "until 31 Jan 2099" in look(office, "grants")
    assert 'data-testid="all-given"' in look(office, clerk)
    assert office.asks(office.come(person), "filing_b") == "open"
    assert "with this role: 1" in look(office, f"roles/{role['id']}")
    assert look(office, "acts").count('data-testid="act"') == 3


def test_what_was_given_is_taken_by_forms_too(office: Office) -> None:
    person = make_person(office.kit, 2)
    clerk, role = office.add(person), office.make_role()
    grant = office.give(clerk, role)

    answer = send(office, f"clerks/{clerk}", f"clerks/{clerk}/grants/{grant}/end")
    assert led_to(answer) == f"{HERE}/clerks/{clerk}?done=taken"
    assert led_to(send(office, f"roles/{role}", f"roles/{role}", name="Wages", functions=["filing_c"])) == (
        f"{HERE}/roles?done=changed"
    )
    assert "Wages" in look(office, "roles")
    assert led_to(send(office, f"roles/{role}", f"roles/{role}/end")) == f"{HERE}/roles?done=ended"
    assert led_to(send(office, f"clerks/{clerk}", f"clerks/{clerk}/end")) == f"{HERE}/grants?done=ended"
    assert office.asks(office.come(person), "filing_c") == "not_found"


def test_a_form_that_is_refused_keeps_what_was_typed(office: Office) -> None:
    clerk, role = office.add(make_person(office.kit, 2)), office.make_role("Personnel")

    twice = send(office, "roles", "roles", name="Personnel", functions=["filing_b"])
    assert (twice.status_code, 'data-code="role_named_already"' in twice.text) == (409, True)
    assert 'value="Personnel"' in twice.text
    assert 'value="filing_b" checked' in twice.text
    assert send(office, "roles", "roles", name="Nothing").status_code == 422
    wrong = send(office, f"clerks/{clerk}", f"clerks/{clerk}/grants", role_id=role, until_year="99", until_month="x")
    assert (wrong.status_code, 'data-testid="wrong-until"' in wrong.text) == (422, True)
    past = {"until_year": "99", "until_month": "1", "until_day": "1"}
    passed = send(office, f"clerks/{clerk}", f"clerks/{clerk}/grants", role_id=role, **past)
    assert "This day has passed" in passed.text
    typed = send(office, "clerks/new", "clerks", name="王大同", email="x")
    assert (typed.status_code, 'value="王大同"' in typed.text) == (422, True)
    for field in ("national_id", "email", "credential"):
        assert f'data-testid="wrong-{field}"' in typed.text, field


@pytest.mark.parametrize("page", PAGES)
def test_who_is_not_logged_in_is_led_to_the_login_and_back(app: Flask, office: Office, page: str) -> None:
    del office
    assert led_to(client_of(app).get(f"{HERE}/{page}")) == f"/login?next={HERE}/{page}"


@pytest.mark.parametrize("page", PAGES)
def test_a_way_in_that_is_not_the_managers_own_leads_to_a_better_one(office: Office, page: str) -> None:
    log_in(office.browser.client, office.kit, office.manager, acr="certificate")

    place = led_to(office.browser.client.get(f"{HERE}/{page}"))

    assert place.startswith("/login?again=1&ways=card,")
    assert place.endswith(f"&next={HERE}/{page}")


@pytest.mark.parametrize("page", PAGES)
def test_clerks_and_strangers_are_shown_a_problem(office: Office, page: str) -> None:
    person = make_person(office.kit, 2)
    office.add(person)
    clerk, stranger = office.come(person).client, office.come(make_person(office.kit, 3)).client

    assert 'data-code="not_granted"' in clerk.get(f"{HERE}/{page}").text
    refused = stranger.get(f"{HERE}/{page}")
    assert (refused.status_code, 'data-testid="problem-title"' in refused.text) == (404, True)


@pytest.mark.parametrize("path", ["roles/AAAA", "clerks/AAAA", "acts?before=%20", "acts?x=1"])
def test_what_is_not_there_is_a_problem_page(office: Office, path: str) -> None:
    assert office.browser.client.get(f"{HERE}/{path}").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_every_page_leads_back(office: Office, page: str) -> None:
    back = re.search(r'<a href="([^"]+)" data-testid="back"', look(office, page))

    assert back is not None
    assert back[1] in (HERE, f"{HERE}/grants")


def test_many_clerks_are_shown_fifty_at_a_time(office: Office) -> None:
    for number in range(2, 54):
        office.add(make_person(office.kit, number))

    first, rest = look(office, "grants"), look(office, "grants?from=50")

    assert [page.count('data-testid="clerk"') for page in (first, rest)] == [50, 2]
    assert ("?from=50" in first, "?from=0" in rest) == (True, True)
    assert look(office, "grants?from=x").count('data-testid="clerk"') == 50


def test_a_clerks_mail_says_what_where_and_by_whom(office: Office, app: Flask) -> None:
    clerk, role = office.add(make_person(office.kit, 2)), office.make_role("Personnel")
    office.give(clerk, role, until="2099-01-31")
    letters = []
    with app.app_context(), force_locale("en"):
        while (mail := outbox.next_due(office.kit)) is not None:
            letters.append(write_letter(office.kit, mail))
            outbox.mark_sent(office.kit, mail)

    [given] = [letter for letter in letters if "You were given a role in this unit." in letter.text]
    assert (given.to, given.subject) == ("person2@example.org", "What you may do for your unit has changed")
    for form in (given.text, given.html):
        for word in ("測試一號有限公司", "Personnel", "31 Jan 2099", "王○明"):
            assert word in form, word
