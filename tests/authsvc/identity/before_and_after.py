"""A backup, what is used up and revoked after it, and whether an older database would take it once more."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
from flask import Flask
from sqlalchemy import make_url

from authsvc.core.cookies import cookie_name
from authsvc.core.kit import Kit
from authsvc.identity import freezing, suspension
from authsvc.identity.models import AppView, Person
from mobileapp.client import Phone
from mobileapp.phonekeys import proof
from mobileapp.phonewire import Problem
from tests.browser import PASSWORD, Browser
from tests.clocks import MovableClock
from tests.conftest import ORIGIN, client_of
from tests.factories import Somebody, make_bound_phone, make_device_code, make_person, make_phone
from tests.people import make_card_holder

RECOVERIES = f"{ORIGIN}/api/v1/tokens/recoveries"
EVERYTHING = {
    "access token",
    "card challenge",
    "device",
    "device code",
    "new phones",
    "one-time code",
    "proof",
    "QR order",
    "refresh token",
    "session",
    "suspension",
}


def copy_of(kit: Kit, folder: Path) -> str:
    """Take a real copy of the database, as a backup does, and return its address."""
    place = make_url(kit.settings.database_url)
    if place.get_backend_name() == "sqlite":
        target = folder / f"backup{uuid4().hex}.db"
        with sqlite3.connect(str(place.database)) as source, sqlite3.connect(target) as copy:
            source.backup(copy)
        source.close()
        copy.close()
        return f"sqlite:///{target}"
    name = f"b{uuid4().hex}"
    kit.engine.dispose()  # a template must have no other guests
    server = place.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {place.database}")
    return place.set(database=name).render_as_string(hide_password=False)


@dataclass
class Life:
    """Everything that a person, their phones and browsers hold at the moment of the backup."""

    person: Somebody
    other: Somebody
    wary: Somebody
    kept: Phone
    lost: Phone
    tokens: dict[str, Any]
    code: str
    otp: str
    nonce: str
    card_proof: dict[str, str]
    cookies: dict[str, str]
    order_id: str
    proof: str = ""

    def use_up(self, app: Flask, clock: MovableClock) -> None:
        """Do once, after the backup, all that is good for one use, and end the rest."""
        kit: Kit = app.extensions["kit"]
        signed_in = self.browser(app, "session")
        assert signed_in.delete(f"/api/v1/devices/{self.lost.device_id}").status_code == 204
        assert signed_in.delete("/api/v1/sessions/current").status_code == 204
        make_phone(app, clock).bind_by_qr(self.code)
        self.kept.refresh()
        for name in ("one-time code", "QR order", "card challenge"):
            assert self.opens_session(app, name), name
        with kit.begin() as session:
            suspension.suspend(session, kit, person_id=self.other.id)
        freezing.freeze(kit, AppView(device_id="", person_id=self.wary.id, jkt="", family_id=""))
        self.proof = proof(self.kept.keys.device, method="POST", url=RECOVERIES, at=clock.now(), nonce=self.nonce)
        assert self.replays(app)

    def revived(self, app: Flask, clock: MovableClock) -> set[str]:
        """Try everything once more at a service that runs on the backup; return what it takes."""
        kept, lost = (again(phone, app, clock) for phone in (self.kept, self.lost))
        kept.binding = dict(self.tokens)
        tries: dict[str, Callable[[], object]] = {
            "access token": kept.device,
            "device": lost.recover,
            "device code": lambda: make_phone(app, clock).bind_by_qr(self.code),
            "refresh token": kept.refresh,
        }
        taken = {name for name, attempt in tries.items() if works(attempt)}
        taken |= {name for name in ("one-time code", "QR order", "card challenge") if self.opens_session(app, name)}
        if self.browser(app, "session").get("/api/v1/sessions/current").status_code == 200:
            taken.add("session")
        if self.replays(app):
            taken.add("proof")
        kit: Kit = app.extensions["kit"]
        with kit.read() as session:
            if session.get_one(Person, self.other.id).status == "active":
                taken.add("suspension")
            if session.get_one(Person, self.wary.id).bindings_frozen_at is None:
                taken.add("new phones")
        return taken

    def browser(self, app: Flask, name: str) -> Any:
        client = client_of(app)
        if name in self.cookies:
            client.set_cookie(cookie_name(app.extensions["kit"].settings), self.cookies[name], domain="localhost")
        return client

    def opens_session(self, app: Flask, name: str) -> bool:
        path, body = {
            "one-time code": ("otp", self._typed()),
            "QR order": ("qr", {"order_id": self.order_id}),
            "card challenge": ("card", {"card_proof": self.card_proof, "password": PASSWORD}),
        }[name]
        return bool(self.browser(app, name).post(f"/api/v1/sessions/{path}", json=body).status_code == 201)

    def _typed(self) -> dict[str, str]:
        who = {"national_id": self.person.national_id, "birth_date": self.person.birth_date.isoformat()}
        return who | {"otp": self.otp}

    def replays(self, app: Flask) -> bool:
        answer = client_of(app).post("/api/v1/tokens/recoveries", headers={"DPoP": self.proof})
        return answer.status_code == 200


def works(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except Problem:
        return False
    return True


def again(phone: Phone, app: Flask, clock: MovableClock) -> Phone:
    """Return the same phone, at another service."""
    same = Phone(ORIGIN, transport=httpx2.WSGITransport(app), keys=phone.keys, clock=clock.now)
    same.binding, same.refresh_by_itself = dict(phone.binding), False
    return same


def live_a_little(app: Flask, clock: MovableClock, new_browser: Callable[[], Browser]) -> Life:
    """Return a person who is in the middle of everything."""
    kit: Kit = app.extensions["kit"]
    signed_in, at_reader, asking = new_browser(), new_browser(), new_browser()
    wang = signed_in.person("wang")
    person = Somebody(
        id=make_card_holder(kit, signed_in.deck, wang),
        national_id=wang.national_id,
        birth_date=date.fromisoformat(wang.birth_date),
        name=wang.name,
        card_number=wang.card_number,
        email="wang@example.org",
        backup_email=None,
    )
    kept, lost = make_bound_phone(app, clock, person), make_bound_phone(app, clock, person)
    assert signed_in.log_in("wang").status_code == 201
    who = {"national_id": person.national_id, "birth_date": wang.birth_date}
    order = asking.post("/qr-logins", who).get_json()
    kept.approve(kept.scan(order["frame"]["text"]), order["match_code"])
    unproved = proof(kept.keys.device, method="POST", url=RECOVERIES, at=clock.now())
    refused = kept.wire.client.post(RECOVERIES, headers={"DPoP": unproved})
    card_proof = at_reader.prove("wang-nhi", "login")
    named = {"session": signed_in, "card challenge": at_reader, "QR order": asking}
    return Life(
        person=person,
        other=make_person(kit, 2),
        wary=make_person(kit, 3),
        kept=kept,
        lost=lost,
        tokens=dict(kept.binding),
        code=make_device_code(kit, person).qr_text,
        otp=kept.otp_code(),
        nonce=refused.headers["DPoP-Nonce"],
        card_proof=card_proof,
        cookies={name: cookie_of(browser, kit) for name, browser in named.items()},
        order_id=order["id"],
    )


def cookie_of(browser: Browser, kit: Kit) -> str:
    found = browser.client.get_cookie(cookie_name(kit.settings))
    assert found is not None
    return found.value
