"""The page "Security", as a browser without script uses it."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core import audit
from authsvc.core.kit import Kit
from tests.conftest import client_of
from tests.factories import Somebody, log_in, make_person, make_session

EN = {"Accept-Language": "en"}


@pytest.fixture
def person(kit: Kit) -> Somebody:
    return make_person(kit)


def page(client: FlaskClient, path: str = "/security", language: str = "en") -> str:
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def press(client: FlaskClient, action: str, **form: str) -> str:
    """Post a form of the page and return where it leads."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(client))
    assert token
    answer = client.post(action, data={"csrf_token": token[1]} | form, headers=EN)
    assert answer.status_code == 303
    return answer.headers["Location"]


def forms(html: str) -> list[str]:
    return re.findall(r'action="(/security/[^"]+)"', html)


def test_without_a_session_the_page_leads_to_the_login_and_back(client: FlaskClient) -> None:
    answer = client.get("/security")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/security")


def test_the_page_is_in_the_menu_and_on_the_account_pages_of_who_is_inside(
    client: FlaskClient, kit: Kit, person: Somebody
) -> None:
    assert "/security" not in page(client, "/")
    log_in(client, kit, person)
    assert 'href="/security"' in page(client, "/")
    assert 'data-testid="to-security"' in page(client, "/account")
    assert "登入與安全紀錄" in page(client, "/me", "zh-TW")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("this browser", "nowhere else", "Login with your")),
        ("zh-TW", ("這個瀏覽器", "沒有在其他地方", "登入。")),
    ],
)
def test_the_page_shows_this_session_and_what_happened(
    client: FlaskClient, kit: Kit, person: Somebody, language: str, words: tuple[str, ...]
) -> None:
    log_in(client, kit, person)
    html = page(client, language=language)

    assert [word for word in words if word not in html] == []


def test_a_press_ends_another_login(client: FlaskClient, kit: Kit, person: Somebody) -> None:
    # given
    other = make_session(kit, person).view.id
    log_in(client, kit, person)
    assert f"/security/sessions/{other}/end" in forms(page(client))
    # when
    leads_to = press(client, f"/security/sessions/{other}/end")
    # then
    assert leads_to == "/security?done=one"
    assert "That login has ended." in page(client, leads_to)
    assert other not in page(client)
    # and once more, as from a page that is old by now
    assert press(client, f"/security/sessions/{other}/end") == "/security?done=one"


def test_a_press_ends_nothing_of_somebody_else(client: FlaskClient, app: Flask, kit: Kit, person: Somebody) -> None:
    stranger = client_of(app)
    theirs = log_in(stranger, kit, make_person(kit, 2)).view.id
    log_in(client, kit, person)
    press(client, f"/security/sessions/{theirs}/end")
    press(client, "/security/sessions/end-others")

    assert theirs in page(stranger)


def test_a_press_ends_all_others(client: FlaskClient, app: Flask, kit: Kit, person: Somebody) -> None:
    other = client_of(app)
    log_in(other, kit, person)
    log_in(client, kit, person)
    assert "/security/sessions/end-others" in forms(page(client))

    leads_to = press(client, "/security/sessions/end-others")

    assert "All your other logins have ended." in page(client, leads_to)
    assert "end-others" not in page(client)
    assert other.get("/security").status_code == 303


def test_logging_out_from_the_list_leads_to_the_start(client: FlaskClient, kit: Kit, person: Somebody) -> None:
    current = log_in(client, kit, person).view.id

    assert press(client, f"/security/sessions/{current}/end") == "/"
    assert client.get("/security").status_code == 303


@pytest.mark.parametrize("action", ["/security/sessions/x/end", "/security/sessions/end-others"])
def test_a_press_without_a_session_leads_to_the_login(
    client: FlaskClient, kit: Kit, person: Somebody, action: str
) -> None:
    # given a page whose session ended meanwhile
    current = log_in(client, kit, person).view.id
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(client))
    assert token
    press(client, f"/security/sessions/{current}/end")

    answer = client.post(action, data={"csrf_token": token[1]})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/security")


@pytest.mark.parametrize("action", ["/security/sessions/x/end", "/security/sessions/end-others"])
def test_a_form_of_another_browser_ends_nothing(client: FlaskClient, kit: Kit, person: Somebody, action: str) -> None:
    log_in(client, kit, person)

    assert client.post(action, data={"csrf_token": "x"}, headers=EN).status_code == 403


def test_older_events_are_a_link_away(client: FlaskClient, kit: Kit, person: Somebody) -> None:
    # given
    for _ in range(25):
        audit.record_refusal(kit, "login.otp", outcome="otp_refused", actor=person.id)
    log_in(client, kit, person)
    # when
    newest = page(client)
    link = re.search(r'href="(/security\?before=\d+)', newest)
    assert link
    oldest = page(client, link[1])
    # then
    ids = [re.findall(r'data-id="(\d+)"', html) for html in (newest, oldest)]
    assert [len(each) for each in ids] == [20, 6]
    assert not set(ids[0]) & set(ids[1])
    assert "before=" not in oldest
    assert 'data-testid="newest"' in oldest


def test_a_page_before_the_first_event_says_that_it_is_empty(client: FlaskClient, kit: Kit, person: Somebody) -> None:
    log_in(client, kit, person)

    assert "There is nothing older." in page(client, "/security?before=0").split("<template")[0]


@pytest.mark.parametrize("before", ["x", "", "9" * 19, "-1"])
def test_a_place_that_no_link_names_is_not_there(client: FlaskClient, kit: Kit, person: Somebody, before: str) -> None:
    log_in(client, kit, person)

    assert client.get(f"/security?before={before}", headers=EN).status_code == 404
