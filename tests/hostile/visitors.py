"""Who calls: nobody in particular, a browser with a fresh session, a bound phone, a phone with a new key."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from authsvc.core.cookies import cookie_name
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity import opened, units
from authsvc.identity.dpop import make_nonce
from authsvc.identity.units import Unit, UnitProof
from counter.models import Staff
from counter.sessions import open_counter
from counter.staff import add_staff, list_staff
from mobileapp.client import Phone
from mobileapp.phonekeys import proof
from tests.clocks import MovableClock
from tests.conftest import ORIGIN, client_of
from tests.factories import Somebody, log_in, make_bound_phone, make_person, make_phone
from tests.hostile.endpoints import Endpoint
from tests.insured import UNIT1
from underwriting.models import ACTIVE, AccountProof, UnderwritingAccount, UnderwritingSession


@dataclass
class Visitors:
    """All that may come to a door, and the credentials that each door asks for."""

    app: Flask
    kit: Kit
    clock: MovableClock
    person: Somebody = field(init=False)
    phone: Phone = field(init=False)
    stranger: Phone = field(init=False)

    def __post_init__(self) -> None:
        self.person = make_person(self.kit, 1)
        self.phone = make_bound_phone(self.app, self.clock, self.person)
        self.stranger = make_phone(self.app, self.clock)

    def call(
        self, endpoint: Endpoint, *, door: str | None = None, path: str | None = None, **sent: Any
    ) -> TestResponse:
        """Make a call as whoever the door (by default the endpoint's first) lets in."""
        way = door or endpoint.doors[0]
        client, path = client_of(self.app), path or endpoint.path
        headers = {"Origin": ORIGIN, "Accept-Language": "en"} | self.credentials(way, endpoint.method, path, client)
        headers |= dict(sent.pop("headers", {}))
        return client.open(path, method=endpoint.method, headers=headers, **sent)

    def credentials(self, door: str, method: str, path: str, client: FlaskClient) -> dict[str, str]:
        """Return the headers that open a door; a session is put into the browser's jar."""
        if door == "session":
            log_in(client, self.kit, self.person)
        if door == "unit":
            self._come_as_unit(client)
        if door in ("counter", "staff"):
            self._stand_at(client)
        if door == "underwriting":
            self._come_as_account(client)
        if door == "client":
            return {"Authorization": f"Bearer {SERVICE_SECRET}"}
        if door == "app":
            self._keep_alive()
            token = self.phone.binding["access_token"]
            return {"Authorization": f"DPoP {token}", "DPoP": self.prove(self.phone, method, path, access_token=token)}
        if door == "new_key":
            return {"DPoP": self.prove(self.stranger, method, path)}
        if door == "fresh_key":
            return {"DPoP": self.prove(self.phone, method, path, nonce=make_nonce(self.kit, at=self.clock.now()))}
        assert door in ("anyone", "session", "unit", "counter", "staff", "underwriting"), (
            f"teach tests/hostile/visitors.py the door {door}"
        )
        return {}

    def _come_as_unit(self, client: FlaskClient) -> None:
        """Put a session of a unit into a browser's jar."""
        at = self.kit.clock.now()
        with self.kit.begin() as session:
            unit = session.scalar(select(Unit)) or Unit(id=new_id(), business_number="00009001", name="單", known_at=at)
            session.add(unit)
            session.flush()
            proof = UnitProof(unit_id=unit.id, acr="unit_certificate", amr=("sc",), at=at)
            opened = units.open_session(session, self.kit, proof)
        client.set_cookie(cookie_name(self.kit.settings), opened.token, domain="localhost")

    def _come_as_account(self, client: FlaskClient) -> None:
        """Put a session of an underwriting account into a browser's jar."""
        with self.kit.begin() as session:
            account = session.scalar(select(UnderwritingAccount)) or make_account(self.kit, session)
            at, code = self.kit.clock.now(), account.unit_code
            proof = AccountProof(account_id=account.id, at=at, unit_code=code)
            token, row = opened.new_row(self.kit, UnderwritingSession, proof, account_id=account.id)
            session.add(row)
        client.set_cookie(cookie_name(self.kit.settings), token, domain="localhost")

    def _stand_at(self, client: FlaskClient) -> None:
        """Put a session of staff into a browser's jar."""
        if not list_staff(self.kit):
            facts = {"name": "唐臨櫃", "national_id": "T209000363", "holder_number": "T209000363", "office": "office"}
            add_staff(self.kit, **facts)
        with self.kit.begin() as session:
            opened = open_counter(session, self.kit, session.scalars(select(Staff)).one(), at=self.kit.clock.now())
        client.set_cookie(cookie_name(self.kit.settings), opened.token, domain="localhost")

    def prove(self, phone: Phone, method: str, path: str, **more: str) -> str:
        url = ORIGIN + path.partition("?")[0]
        return proof(phone.keys.device, method=method, url=url, at=self.clock.now(), **more)

    def _keep_alive(self) -> None:
        """Give the phone new tokens where a call before this one ended its old ones."""
        if not self.phone.is_bound():
            self.phone.recover()


def make_account(kit: Kit, session: Session) -> UnderwritingAccount:
    """Put an active account of somebody into the database."""
    row_id, at = new_id(), kit.clock.now()
    place = kit.keys.place(UnderwritingAccount.__tablename__, row_id)
    account = UnderwritingAccount(
        id=row_id,
        login_index=kit.keys.index("underwriting_login", f"{UNIT1}|B109000035"),
        person_index=kit.keys.index("national_id", "B109000035"),
        unit_code=UNIT1,
        unit_name="單",
        national_id=place.seal("national_id", "B109000035"),
        name=place.seal("name", "陳範例"),
        email=place.seal("email", "chen@example.org"),
        password_hash="",
        language="en",
        state=ACTIVE,
        registered_at=at,
    )
    session.add(account)
    session.flush()
    return account


def fault_of(answer: TestResponse, wanted: tuple[int, ...]) -> str | None:
    """Return what is wrong with a refusal, or None: its status, or that it is no clean problem (RFC 9457)."""
    if answer.status_code not in wanted:
        return f"{answer.status_code} {answer.text[:200]}"
    return None if answer.status_code < 400 else _unclear(answer)


def _unclear(answer: TestResponse) -> str | None:
    if answer.content_type != "application/problem+json":
        return f"{answer.status_code} as {answer.content_type}"
    body = answer.get_json()
    texts = all(isinstance(body.get(name), str) and body[name] for name in ("type", "title", "detail", "code"))
    if not texts or body.get("status") != answer.status_code:
        return f"not a whole problem: {body}"
    if answer.status_code in (429, 503) and body.get("retry_after") != int(answer.headers.get("Retry-After", -1)):
        return f"no Retry-After: {body}"
    leaked = [word for word in INTERNALS if word in answer.text]
    return f"tells about the inside: {leaked}" if leaked else None


SERVICE_SECRET = "the public demo secret of personal, for laptops"
INTERNALS = ("Traceback", "sqlalchemy", "psycopg", "sqlite", "werkzeug", "marshmallow", ".py", "SELECT ", "INSERT ")
REFUSED = tuple(range(400, 500))
