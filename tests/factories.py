"""Given: people, browsers that are logged in, phones; all invented, made without the ceremonies that make them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx2
from flask import Flask
from flask.testing import FlaskClient

from authsvc.core.cookies import cookie_name
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from authsvc.identity.models import Person, Proof, SessionView
from authsvc.identity.numbers import is_national_id
from authsvc.identity.passwords import Passwords
from authsvc.identity.sessions import OpenedSession, open_session
from authsvc.identity.ways import MadeCode
from devicebind.service import make_code
from mobileapp.client import Phone
from mobileapp.phonekeys import PhoneKeys
from tests.clocks import MovableClock

PASSWORD = "Kite-7tail"
NAME = "王小明"
AMR = {
    "card": ("sc", "pwd"),
    "certificate": ("sc",),
    "passkey": ("swk", "user"),
    "twfido": ("swk",),
    "qr": ("swk",),
    "otp": ("otp",),
    "unknown": (),
}


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """A registered person as a test knows them: in the open."""

    id: str
    national_id: str
    birth_date: date
    name: str
    card_number: str
    email: str
    backup_email: str | None


def national_id(number: int) -> str:
    """Return the invented national ID of this number, with its check digit."""
    first = f"A1{number:07d}"
    return next(first + str(digit) for digit in range(10) if is_national_id(first + str(digit)))


def make_person(
    kit: Kit, number: int = 1, *, status: str = "active", language: str = "en", backup_email: str | None = None
) -> Somebody:
    """Put a registered person into the database; another `number` is another person."""
    somebody = Somebody(
        id=new_id(),
        national_id=national_id(number),
        birth_date=date(1970, 1, 1),
        name=NAME,
        card_number=f"{number:012d}",
        email=f"person{number}@example.org",
        backup_email=backup_email,
    )
    place = kit.keys.place(Person.__tablename__, somebody.id)
    row = Person(
        id=somebody.id,
        kind="citizen",
        status=status,
        national_id=place.seal("national_id", somebody.national_id),
        national_id_index=kit.keys.index("national_id", somebody.national_id),
        name=place.seal("name", somebody.name),
        birth_date=place.seal("birth_date", somebody.birth_date.isoformat()),
        card_number_index=kit.keys.index("card_number", somebody.card_number),
        card_key=f"card key {number}".encode(),
        password_hash=kit.port(Passwords).hash(PASSWORD),
        email=place.seal("email", somebody.email),
        backup_email=place.seal_or_none("backup_email", somebody.backup_email),
        phone=None,
        mobile=place.seal("mobile", f"09{number:08d}"),
        language=language,
        terms_version="1",
        registered_at=kit.clock.now(),
        registered_via="card",
    )
    with kit.begin() as session:
        session.add(row)
    return somebody


def make_session(kit: Kit, person: Somebody, *, acr: str = "card", device_id: str | None = None) -> OpenedSession:
    """Open a browser session for a person, as if they had just proved themselves in this way."""
    proof = Proof(person_id=person.id, acr=acr, amr=AMR[acr], at=kit.clock.now(), device_id=device_id)
    with kit.begin() as session:
        return open_session(session, kit, proof)


def session_of(kit: Kit, person_id: str) -> SessionView:
    """Open a session by card for whoever has this id, and return it."""
    proof = Proof(person_id=person_id, acr="card", amr=AMR["card"], at=kit.clock.now())
    with kit.begin() as session:
        return open_session(session, kit, proof).view


def log_in(client: FlaskClient, kit: Kit, person: Somebody, *, acr: str = "card") -> OpenedSession:
    """Give a browser a live session of a person."""
    opened = make_session(kit, person, acr=acr)
    client.set_cookie(cookie_name(kit.settings), opened.token, domain="localhost")
    return opened


def make_device_code(kit: Kit, person: Somebody) -> MadeCode:
    """Make a device code for a person, as after a card login."""
    return make_code(kit, view=make_session(kit, person).view)


def make_phone(app: Flask, clock: MovableClock, *, name: str = "Pocket", keys: PhoneKeys | None = None) -> Phone:
    """Make an unbound phone whose clock is right."""
    kit: Kit = app.extensions["kit"]
    facts = {"name": name, "platform": "android", "model": "Model 1", "app_version": "1.0"}
    transport = httpx2.WSGITransport(app)
    phone = Phone(
        kit.settings.public_origin, transport=transport, device=facts, clock=clock.now, language="en", keys=keys
    )
    phone.refresh_by_itself = False
    return phone


def ask(phone: Phone, method: str, path: str, body: Any = None, *, with_token: bool = True) -> httpx2.Response:
    """Make one call of a phone and return the answer as it came."""
    token = phone.binding.get("access_token") if with_token else None
    return phone.wire.send(method, path, body, access_token=token)


def make_bound_phone(app: Flask, clock: MovableClock, person: Somebody, *, name: str = "Pocket") -> Phone:
    """Make a phone that is bound to a person."""
    phone = make_phone(app, clock, name=name)
    phone.bind_by_qr(make_device_code(app.extensions["kit"], person).qr_text)
    return phone
