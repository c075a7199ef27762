"""Every function of a unit × every kind of visitor, made from the catalogue: a new function is in it by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core.cookies import cookie_name
from authsvc.core.errors import Problem
from authsvc.core.kit import Kit
from authsvc.core.localtime import local
from authsvc.identity import acting, units
from authsvc.identity.units import Unit, UnitProof
from authsvc.identity.ways import Function, Ways
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.counter.desk import make_desk
from tests.factories import log_in, make_person
from tests.insured import BUSINESS, UNIT1, UNIT3, make_clerk, make_manager, make_unit
from tests.units.conftest import CHEN

# Kind of visitor → the audiences whose functions open to them; `managers_too` are those that every manager has.
OPENS: Final[Mapping[str, frozenset[str]]] = {
    "nobody": frozenset(),
    "stranger": frozenset(),
    "clerk_without": frozenset(),
    "clerk_with": frozenset({"granted"}),
    "clerk_expired": frozenset(),
    "clerk_until_today": frozenset({"granted"}),
    "manager": frozenset({"manager", "managers_too"}),
    "manager_of_everything": frozenset({"manager", "managers_too", "granted"}),
    "manager_elsewhere": frozenset(),
    "owner": frozenset({"owner"}),
    "owner_without_tick": frozenset(),
    "staff": frozenset(),
}
NOBODY_HERE: Final = {"stranger", "manager_elsewhere", "owner_without_tick"}
WITHOUT_A_SESSION: Final = {"nobody", "staff"}
# Who belongs to a unit sees its menu, with nothing in it where nothing was granted.
MENU: Final = {"/units/<unit_code>", "/api/v1/units/<unit_code>/functions"}
NEVER: Final = "AAAAAAAAAAAAAAAAAAAAAA"
# What each address takes, so that it is the door that refuses and not the form. A new address is a new line here.
BODIES: Final[Mapping[tuple[str, str], Mapping[str, Any]]] = {
    ("PATCH", "/api/v1/units/<unit_code>/registration"): {"email": "new@example.org"},
    ("POST", "/api/v1/units/<unit_code>/managers"): CHEN,
    ("POST", "/api/v1/units/<unit_code>/roles"): {"name": "文書", "functions": ["survey"]},
    ("PUT", "/api/v1/units/<unit_code>/roles/<role_id>"): {"name": "文書", "functions": ["survey"]},
    ("POST", "/api/v1/units/<unit_code>/clerks"): CHEN,
    ("POST", "/api/v1/units/<unit_code>/grants"): {"clerk_id": NEVER, "role_id": NEVER},
}
COUNTER: Final = "/counter/"  # the staff's own addresses: tests/counter
UPLOADS: Final = "/units/<unit_code>/batches"
FORMS: Final[Mapping[str, Mapping[str, str]]] = {
    "/units/<unit_code>/registration": {"name": "測試一號有限公司", "email": "new@example.org", "nhi_only": "1"},
    "/units/<unit_code>/withdraw": {"sure": "1"},
    "/units/<unit_code>/managers": CHEN,
    "/units/<unit_code>/managers/<member_id>/end": {},
    "/units/<unit_code>/functions/<function_id>": {},
    "/units/<unit_code>/roles": {"name": "文書", "functions": "survey"},
    "/units/<unit_code>/roles/<role_id>": {"name": "文書", "functions": "survey"},
    "/units/<unit_code>/roles/<role_id>/end": {},
    "/units/<unit_code>/clerks": CHEN,
    "/units/<unit_code>/clerks/<clerk_id>/grants": {"role_id": NEVER},
    "/units/<unit_code>/clerks/<clerk_id>/grants/<grant_id>/end": {},
    "/units/<unit_code>/clerks/<clerk_id>/end": {},
}


@dataclass
class Visitor:
    """A browser as which somebody of this kind came in, and their session."""

    client: FlaskClient
    view: Any


def granted(kit: Kit) -> list[str]:
    return [each.id for each in kit.port(Ways).functions.values() if each.audience == "granted"]


def open_unit(kit: Kit, client: FlaskClient, *, appoint_managers: bool) -> Any:
    unit_id = f"unit-{appoint_managers}"
    proof = UnitProof(unit_id=unit_id, acr="unit_certificate", amr=("sc",), at=kit.clock.now(), unit_code=UNIT1)
    with kit.begin() as session:
        session.add(Unit(id=unit_id, business_number=BUSINESS[UNIT1], name="測試一號", known_at=kit.clock.now()))
        session.flush()
        ticked = UnitProof(**{**vars(proof), "appoint_managers": appoint_managers})
        opened = units.open_session(session, kit, ticked)
    client.set_cookie(cookie_name(kit.settings), opened.token, domain="localhost")
    return opened.view


@dataclass
class Gate:
    """Where visitors come in."""

    app: Flask
    clock: MovableClock
    browser: Browser

    @property
    def kit(self) -> Kit:
        kit: Kit = self.app.extensions["kit"]
        return kit


@pytest.fixture
def gate(app: Flask, clock: MovableClock, browser: Browser) -> Gate:
    return Gate(app, clock, browser)


def come_in(gate: Gate, kind: str) -> Visitor:
    """Let somebody of a kind come in, by the strongest way that their kind has."""
    kit, client = gate.kit, gate.browser.client
    unit, today = make_unit(kit), local(kit.clock.now()).date()
    if kind == "nobody":
        return Visitor(client, None)
    if kind == "staff":
        assert make_desk(gate.app, gate.clock, gate.browser).enter().status_code == 201
        return Visitor(client, None)
    if kind.startswith("owner"):
        return Visitor(client, open_unit(kit, client, appoint_managers=kind == "owner"))
    person = make_person(kit)
    made: dict[str, Callable[[], object]] = {
        "stranger": lambda: None,
        "clerk_without": lambda: make_clerk(kit, unit, person),
        "clerk_with": lambda: make_clerk(kit, unit, person, functions=list(kit.port(Ways).functions)),
        "clerk_expired": lambda: make_clerk(kit, unit, person, functions=granted(kit), until=today - timedelta(days=1)),
        "clerk_until_today": lambda: make_clerk(kit, unit, person, functions=granted(kit), until=today),
        "manager": lambda: make_manager(kit, unit, person),
        "manager_of_everything": lambda: make_manager(kit, unit, person, everything=True),
        "manager_elsewhere": lambda: make_manager(kit, make_unit(kit, UNIT3), person, everything=True),
    }
    made[kind]()
    return Visitor(client, log_in(client, kit, person).view)


def is_open_to(function: Function, kind: str) -> bool:
    return function.audience in OPENS[kind] or (function.managers_too and "managers_too" in OPENS[kind])


def functions_of_units(kit: Kit) -> list[Function]:
    return [each for each in kit.port(Ways).functions.values() if each.audience != "anyone"]


@pytest.mark.parametrize("kind", OPENS)
def test_each_function_opens_to_those_whom_it_is_for_and_to_nobody_else(gate: Gate, kit: Kit, kind: str) -> None:
    visitor = come_in(gate, kind)
    catalogue = functions_of_units(kit)
    assert {each.audience for each in catalogue} == {"owner", "manager", "granted"}
    if visitor.view is None:
        return  # there is no session: `test_what_stands_at_each_address…` knocks at the doors themselves

    for function in catalogue:
        if is_open_to(function, kind):
            assert acting.require(kit, visitor.view, function.id, UNIT1).unit_code == UNIT1, function.id
        else:
            with pytest.raises(Problem) as refusal:
                acting.require(kit, visitor.view, function.id, UNIT1)
            assert refusal.value.code == ("not_found" if kind in NOBODY_HERE else "not_granted"), function.id


@pytest.mark.parametrize("kind", OPENS)
def test_the_menu_shows_what_is_open_and_the_page_behind_it_refuses_the_rest(gate: Gate, kit: Kit, kind: str) -> None:
    visitor = come_in(gate, kind)

    client = visitor.client
    listed = client.get(f"/api/v1/units/{UNIT1}/functions")

    expected = {each.id for each in functions_of_units(kit) if is_open_to(each, kind)}
    if kind in WITHOUT_A_SESSION:
        assert listed.status_code == 401
    elif kind in NOBODY_HERE:
        assert listed.status_code == 404
    else:
        assert {offer["id"] for offer in listed.get_json()} == expected
    for function in functions_of_units(kit):
        page = client.get(function.href.format(unit_code=UNIT1))
        assert page.status_code == status_of(kind, opened=function.id in expected), function.id
        if page.status_code == 303:
            assert page.location.startswith("/login?next=/units/"), function.id


def status_of(kind: str, *, opened: bool) -> int:
    if kind in WITHOUT_A_SESSION:
        return 303  # to the login, and back
    if opened:
        return 200
    return 404 if kind in NOBODY_HERE else 403


@pytest.mark.parametrize("kind", [kind for kind, opens in OPENS.items() if not opens])
def test_what_stands_at_each_address_of_a_unit_is_shut_to_those_who_are_nothing_there(gate: Gate, kind: str) -> None:
    client = come_in(gate, kind).client
    token = form_token(client)
    every = [rule for rule in gate.app.url_map.iter_rules() if "unit_code" in rule.arguments]
    every = [rule for rule in every if not rule.rule.startswith(COUNTER)]
    doors = [rule for rule in every if not (kind.startswith("clerk") and rule.rule in MENU)]
    assert len(doors) > 8

    for rule in doors:
        path = rule.rule.replace("<unit_code>", UNIT1)
        for name in rule.arguments - {"unit_code"}:
            path = path.replace(f"<{name}>", NEVER)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = knock(client, method, rule.rule, path, token)
            what = (method, rule.rule, answer.status_code)
            if path.startswith("/api/"):
                assert answer.status_code == 401 if kind in WITHOUT_A_SESSION else answer.status_code in (403, 404), (
                    what
                )
            elif kind in WITHOUT_A_SESSION:
                assert answer.status_code == 303, what
                assert answer.location.startswith("/login"), what
            else:
                assert answer.status_code in ((403, 404) if kind.startswith("clerk") else (404,)), what


def knock(client: FlaskClient, method: str, rule: str, path: str, token: str) -> Any:
    """Ask at an address with everything that it takes but the right to."""
    if method == "POST" and rule.removeprefix("/api/v1") == UPLOADS:
        file = (BytesIO(b"A109000016,wang@example.org,0900000101,\r\n"), f"{UNIT1}1151101.csv")
        typed = {} if path.startswith("/api/") else {"csrf_token": token}
        return client.post(path, data={"file": file, **typed}, content_type="multipart/form-data")
    if path.startswith("/api/"):
        body = BODIES[method, rule] if method in ("POST", "PUT", "PATCH") else None
        return client.open(path, method=method, json=body)
    return client.open(path, method=method, data=None if method == "GET" else {"csrf_token": token, **FORMS[rule]})


def form_token(client: FlaskClient) -> str:
    return client.get("/units/register").text.split('name="csrf_token" value="')[1].split('"')[0]
