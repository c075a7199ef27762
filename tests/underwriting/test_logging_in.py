"""Logging in with unit code, ID and password: uniform refusals, a brake, and the registry asked again."""

from collections.abc import Callable
from dataclasses import replace

import httpx2
import pytest
from flask import Flask
from sqlalchemy import select

from authsvc.core.cookies import cookie_name
from authsvc.core.kit import Kit
from authsvc.identity import suspension
from authsvc.identity.passwords import Passwords
from authsvc.identity.ways import Ways
from authsvc.settings import Settings
from mocks.card.cards import Deck
from mocks.people import World
from tests.clocks import MovableClock
from tests.conftest import client_of
from tests.factories import log_in, make_person
from tests.insured import UNIT2
from tests.people import make_card_holder
from tests.simulators import Transports, acts, clear_faults, put_fault
from tests.underwriting.conftest import PASSWORD, Clerk, refusal
from underwriting import service, sessions
from underwriting.models import UnderwritingAccount, UnderwritingSession
from wsgi import build

REFUSED = (401, "underwriting_refused")


def test_the_session_says_how_little_opened_it(inside: Clerk, kit: Kit) -> None:
    told = inside.call("GET", "/underwriting/session").get_json()

    assert (told["acr"], told["amr"], told["unit_code"]) == ("underwriting", ["pwd"], "110900011")
    assert told["person"]["national_id"] != inside.person.national_id
    assert acts(kit)[-1] == ("underwriting.login", "done")


@pytest.mark.parametrize(
    "wrong",
    [{"password": "Gull-8wing"}, {"unit_code": UNIT2}, {"unit_code": "999999999"}, {"national_id": "A109000016"}],
    ids=str,
)
def test_every_wrong_login_is_refused_in_the_same_words(member: Clerk, wrong: dict[str, str]) -> None:
    refused, other = member.log_in(**wrong), member.log_in(password="Else-9where")

    assert refusal(refused) == REFUSED
    assert refused.data == other.data
    assert cookie_name(member.kit.settings) not in str(refused.headers)


def test_an_account_that_waits_opens_nothing_and_costs_a_hash_as_well(clerk: Clerk, kit: Kit) -> None:
    clerk.apply()
    verified: list[bool] = []

    class Counting(Passwords):
        def verify(self, stored: str | None, password: str) -> bool:
            verified.append(stored is None)
            return super().verify(stored, password)

    passwords = kit.port(Passwords)
    kit.ports[Passwords] = Counting(passwords.keys, passwords.hasher)

    assert refusal(clerk.log_in()) == REFUSED
    assert refusal(clerk.log_in(unit_code="999999999")) == REFUSED
    assert verified == [True, True]


def test_five_wrong_tries_pause_the_unit_and_id_that_were_typed_whether_or_not_they_exist(
    member: Clerk, clock: MovableClock
) -> None:
    for unit in ("110900011", "999999999"):
        for _ in range(5):
            assert refusal(member.log_in(unit_code=unit, password="Gull-8wing")) == REFUSED
        assert refusal(member.log_in(unit_code=unit)) == (429, "too_many_tries")
    clock.forward(seconds=61)
    assert member.log_in().status_code == 201


def test_a_hundred_in_a_row_close_it_until_a_new_password_is_set(member: Clerk, clock: MovableClock) -> None:
    for _ in range(100):
        member.log_in(password="Gull-8wing")
        clock.forward(seconds=3601)
    assert refusal(member.log_in()) == (429, "tries_closed")

    member.forget()
    token = member.link()
    assert member.post("/underwriting/resets", {"token": token, "password": "Gull-8wing"}).status_code == 204

    assert member.log_in(password="Gull-8wing").status_code == 201


def test_a_clerk_who_left_the_unit_is_kept_out_at_the_next_login(member: Clerk, transports: Transports) -> None:
    with httpx2.Client(transport=transports["registry"], base_url="http://127.0.0.1") as control:
        control.patch(f"/control/people/{member.person.national_id}", json={"unit_code": UNIT2}).raise_for_status()

    assert refusal(member.log_in()) == (403, "no_longer_insured")
    assert refusal(member.log_in(password="Gull-8wing")) == REFUSED


@pytest.mark.parametrize("kind", ["500", "lie", "garbage"])
def test_a_registry_that_is_away_or_lies_lets_nobody_in(member: Clerk, transports: Transports, kind: str) -> None:
    put_fault(transports, "registry", "unit_people", kind)
    assert refusal(member.log_in()) == (503, "unavailable")

    clear_faults(transports, "registry")
    assert member.log_in().status_code == 201


def test_whoever_is_suspended_as_a_person_is_out_here_too(
    new_clerk: Callable[..., Clerk], kit: Kit, world: World, deck: Deck
) -> None:
    clerk = new_clerk("wang")
    person_id = make_card_holder(kit, deck, world.person("wang"))
    clerk.apply()
    clerk.activate(clerk.link())
    assert clerk.log_in().status_code == 201

    with kit.begin() as session:
        suspension.suspend(session, kit, person_id=person_id)

    assert refusal(clerk.call("GET", "/underwriting/session")) == (401, "login_required")
    assert refusal(clerk.log_in()) == (403, "suspended")


def test_it_opens_no_door_but_its_own(inside: Clerk, app: Flask) -> None:
    """Every call that somebody must be logged in for, but those that name this door, is closed."""
    opened = []
    for rule in app.url_map.iter_rules():
        doors = getattr(app.view_functions[rule.endpoint], "doors", ("anyone",))
        if "anyone" in doors or "<" in rule.rule or "underwriting" in doors:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            path = rule.rule.removeprefix("/api/v1")
            if inside.call(method, path).status_code not in (401, 403):
                opened.append(f"{method} {path}")

    assert opened == []
    assert inside.client.get("/me").location == "/login"


def test_of_the_functions_only_those_open_that_name_this_way(inside: Clerk, kit: Kit) -> None:
    opened = {}
    for name, function in kit.port(Ways).functions.items():
        unit = {} if function.audience == "anyone" else {"unit_code": "110900011"}
        opened[name] = inside.post("/launches", {"function": name, **unit}).status_code

    assert {name for name, status in opened.items() if status == 201} == {"statements", "payment_slips", "downloads"}
    assert set(opened.values()) <= {201, 403, 404}
    assert inside.post("/launches", {"function": "statements", "unit_code": UNIT2}).status_code == 404


def test_a_launch_of_an_account_tells_the_unit_and_the_masked_clerk(inside: Clerk, app: Flask) -> None:
    token = inside.post("/launches", {"function": "statements", "unit_code": "110900011"}).get_json()["token"]
    secret = {"Authorization": "Bearer the public demo secret of documents, for laptops"}

    told = client_of(app).post("/api/v1/launches/redemptions", json={"token": token}, headers=secret).get_json()

    assert told["unit"] == {"code": "110900011", "name": "測試一號有限公司"}
    assert (told["acr"], told["amr"]) == ("underwriting", ["pwd"])
    assert told["person"]["national_id"] != inside.person.national_id


def test_logging_out_ends_the_session_and_a_launch_that_is_under_way(inside: Clerk, app: Flask) -> None:
    token = inside.post("/launches", {"function": "statements", "unit_code": "110900011"}).get_json()["token"]
    assert inside.call("DELETE", "/underwriting/session").status_code == 204
    secret = {"Authorization": "Bearer the public demo secret of documents, for laptops"}

    refused = client_of(app).post("/api/v1/launches/redemptions", json={"token": token}, headers=secret)

    assert refusal(refused) == (403, "launch_withdrawn")
    assert refusal(inside.call("GET", "/underwriting/session")) == (401, "login_required")


def test_a_session_of_a_person_in_the_same_browser_ends_and_the_other_way_round(member: Clerk, kit: Kit) -> None:
    person = make_person(kit)
    log_in(member.client, kit, person)
    assert member.log_in().status_code == 201
    assert refusal(member.call("GET", "/sessions/current")) == (401, "login_required")

    cookie = member.client.get_cookie(cookie_name(kit.settings))
    assert cookie is not None
    caller = replace(kit.caller, browser=cookie.value)
    with kit.begin() as session:
        kit.port(Ways).on_left(session, kit.on_behalf_of(caller), kit.keys.mac("browser", cookie.value))
    assert refusal(member.call("GET", "/underwriting/session")) == (401, "login_required")


def test_a_session_ends_when_nobody_uses_it(inside: Clerk, kit: Kit, clock: MovableClock) -> None:
    clock.forward(seconds=15 * 60)
    assert refusal(inside.call("GET", "/underwriting/session")) == (401, "login_required")

    clock.forward(seconds=91 * 86400)
    sessions.purge(kit)
    with kit.read() as session:
        assert list(session.scalars(select(UnderwritingSession))) == []


def test_the_password_is_changed_with_the_present_one_and_ends_the_other_logins(
    inside: Clerk, new_clerk: Callable[..., Clerk]
) -> None:
    other = new_clerk()
    assert other.log_in().status_code == 201
    change = {"current": "wrong-One1", "new": "Gull-8wing"}
    assert refusal(inside.call("PUT", "/underwriting/account/password", change)) == REFUSED
    weak = {"current": PASSWORD, "new": "password1"}
    assert refusal(inside.call("PUT", "/underwriting/account/password", weak)) == (422, "invalid")

    change = {"current": PASSWORD, "new": "Gull-8wing"}
    assert inside.call("PUT", "/underwriting/account/password", change).status_code == 204

    assert inside.call("GET", "/underwriting/session").status_code == 200
    assert other.call("GET", "/underwriting/session").status_code == 401
    assert refusal(other.log_in()) == REFUSED
    assert other.log_in(password="Gull-8wing").status_code == 201


def test_a_forgotten_password_is_set_by_the_mails_link_once(member: Clerk, clock: MovableClock) -> None:
    asked, unknown = member.forget(), member.forget(unit_code=UNIT2)
    assert (asked.status_code, asked.data) == (unknown.status_code, unknown.data)
    (mail,) = member.letters()
    assert mail.template == "underwriting/mail/reset"
    token = mail.values["link"].rpartition("#")[2]

    body = {"token": token, "password": "Gull-8wing"}
    assert member.post("/underwriting/resets", body | {"password": member.person.national_id}).status_code == 422
    assert member.post("/underwriting/resets", body).status_code == 204
    assert refusal(member.post("/underwriting/resets", body)) == (410, "underwriting_link_refused")
    assert member.log_in(password="Gull-8wing").status_code == 201

    member.forget()
    late = {"token": member.link(), "password": PASSWORD}
    clock.forward(seconds=3600)
    assert refusal(member.post("/underwriting/resets", late)) == (410, "underwriting_link_refused")


def test_a_deleted_account_ends_at_once_and_another_can_be_had(
    inside: Clerk, new_clerk: Callable[..., Clerk], kit: Kit, clock: MovableClock
) -> None:
    other = new_clerk()
    other.log_in()
    assert refusal(inside.post("/underwriting/account/deletions", {"password": "wrong-One1"})) == REFUSED
    assert inside.post("/underwriting/account/deletions", {"password": PASSWORD}).status_code == 204

    for each in (inside, other):
        assert refusal(each.call("GET", "/underwriting/session")) == (401, "login_required")
    assert refusal(inside.log_in()) == REFUSED
    inside.letters()
    inside.apply()
    inside.activate(inside.link())
    assert inside.log_in().status_code == 201
    clock.forward(seconds=91 * 86400)
    sessions.purge(kit)
    service.purge(kit)
    with kit.read() as session:
        assert len(session.scalars(select(UnderwritingAccount)).all()) == 1


def test_no_password_of_an_older_database_opens_anything(member: Clerk, kit: Kit) -> None:
    with kit.begin() as session:
        kit.port(Ways).on_restored(session, kit)

    assert refusal(member.log_in()) == REFUSED
    member.forget()
    body = {"token": member.link(), "password": PASSWORD}
    assert member.post("/underwriting/resets", body).status_code == 204
    assert member.log_in().status_code == 201


def test_outside_the_service_hours_nobody_comes_in(
    settings: Settings, clock: MovableClock, transports: Transports, world: World
) -> None:
    app = build(replace(settings, service_hours="00:00-00:01"), clock=clock, transports=transports)
    clerk = Clerk(app.extensions["kit"], client_of(app), world.person("chen"))

    assert refusal(clerk.log_in()) == (503, "outside_service_hours")
    app.extensions["kit"].engine.dispose()
