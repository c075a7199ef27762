"""Seeded journeys of made-up people through everything there is, with mistakes on the way; all is counted."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from authsvc.core.crockford import ALPHABET
from authsvc.core.kit import Kit
from authsvc.core.outbox import OutboxMail
from authsvc.identity.terms import CURRENT_TERMS
from mobileapp.byoperator import answer_over
from mobileapp.client import Phone
from mobileapp.phonewire import Problem
from mocks.card.cards import Deck
from mocks.people import Person, World
from tests.authsvc.registration import acts
from tests.browser import Browser
from tests.clocks import MovableClock
from tests.conftest import ORIGIN, client_of
from tests.devicebind.telco.lines import Line
from tests.hostile.traces import Vault

Answer = TestResponse | dict[str, Any]
OTHER_LINES = ("wifi", "vpn", "hotspot-detected", "0900000102")
NOT_FOR_THIS = ("0900000114", "0900000115", "0900000116", "0900000118", "0900000119", "0900000122")
FAULTS = ("garbage", "500", "missing_field", "401", "unseen_enum")


@dataclass(frozen=True, kw_only=True)
class Town:
    """The service and everything around it, in one process."""

    app: Flask
    telco: Flask
    deck: Deck
    world: World
    clock: MovableClock
    vault: Vault
    met: Counter[str] = field(default_factory=Counter)

    @property
    def kit(self) -> Kit:
        kit: Kit = self.app.extensions["kit"]
        return kit

    def fault(self, target: str, kind: str | None) -> None:
        """Let an operator fail or lie, or stop it."""
        with httpx2.Client(transport=httpx2.WSGITransport(self.telco), base_url="http://127.0.0.1:8103") as control:
            if kind is None:
                control.delete("/control/faults")
            else:
                control.put("/control/faults", json={"target": target, "kind": kind})


@dataclass
class Wanderer:
    """One person with a browser and phones, who comes from an address of their own."""

    town: Town
    number: int
    dice: random.Random
    phone: Phone | None = None

    def __post_init__(self) -> None:
        self.person: Person = self.town.world.person(f"extra-{self.number}")
        self.address = f"10.{self.number >> 8}.{self.number & 255}.7"
        self.password = self.new_password()
        self.email = f"{self.person.key}@mail.example.tw"
        self.mobile = self.person.lines[0].number
        client = client_of(self.town.app)
        client.environ_base["REMOTE_ADDR"] = self.address
        self.browser = Browser(client, self.town.deck, self.town.world, ORIGIN)
        facts = {
            "national_id": self.person.national_id,
            "card_number": self.person.card_number,
            "mobile": self.mobile,
            "email": self.email,
            "end of the ID": self.person.national_id[1:],
        }
        for name, value in facts.items():
            self.town.vault.add(name, value)

    def new_password(self) -> str:
        return f"{self.dice.choice(('Kite', 'Gull', 'Tern'))}-{self.dice.randrange(10**6):06}x"

    def random_code(self) -> str:
        return "".join(self.dice.choices(ALPHABET, k=8))

    def come_to(self, name: str, answer: TestResponse) -> dict[str, Any]:
        """Count how something ended and return what was answered."""
        body = answer.get_json(silent=True)
        told = body if isinstance(body, dict) else {}
        self.town.met[f"{name}: {told.get('code', 'done') if answer.status_code >= 400 else 'done'}"] += 1
        return told

    def try_phone(self, name: str, act: Callable[..., Any], *args: Any) -> Any:
        """Let the phone do something, and count how it ended; None where it was refused."""
        try:
            told = act(*args)
        except Problem as refusal:
            self.town.met[f"{name}: {refusal.code}"] += 1
            return None
        self.town.met[f"{name}: done"] += 1
        return told if told is not None else True

    def new_phone(self) -> Phone:
        transport = httpx2.WSGITransport(self.town.app, remote_addr=self.address)
        return Phone(ORIGIN, transport=transport, clock=self.town.clock.now, language="en")

    def newest_link(self, template: str) -> str:
        """Return the token behind the # of the newest mail of a kind."""
        kit = self.town.kit
        newest = select(OutboxMail).where(OutboxMail.template.endswith(template)).order_by(OutboxMail.created_at.desc())
        with kit.read() as session:
            rows = session.scalars(newest.limit(20)).all()
        for row in rows:
            place = kit.keys.place(OutboxMail.__tablename__, row.id)
            if place.open("recipient", row.recipient) == self.email:
                link = httpx2.Response(200, text=place.open("values", row.values)).json()["link"]
                token: str = link.partition("#")[2]
                self.town.vault.add("token", token)
                return token
        raise LookupError(template)

    # How somebody becomes known

    def register(self) -> None:
        """Apply by card, now and then with wrong facts first, and confirm by the mail's link."""
        form: dict[str, Any] = {"password": self.password, "email": self.email, "mobile": self.mobile}
        wrong: dict[str, Any] = {"household": acts.household_of(self.browser, self.person.key) | {"number": "F7654321"}}
        if self.dice.random() < 0.3:
            self.come_to("apply", acts.apply(self.browser, self.person.key, **form, **wrong))
        self.come_to("apply", acts.apply(self.browser, self.person.key, **form))
        if self.dice.random() < 0.2:
            self.town.clock.forward(seconds=1)  # so that the newest mail is known as such
            self.come_to("resend", acts.resend(self.browser, card=f"{self.person.key}-nhi"))
        if self.dice.random() < 0.3:
            self.come_to("confirm", acts.confirm(self.browser, "A" * 43, card=f"{self.person.key}-nhi"))
        self.come_to("confirm", acts.confirm(self.browser, self.newest_link("confirm"), card=f"{self.person.key}-nhi"))

    def verify(self) -> None:
        """Register and bind by the operator's word, now and then over a wrong way or with wrong facts first."""
        if self.dice.random() < 0.5:
            self._verify_wrongly()
        chosen = {"password": self.password, "email": self.email, "terms_version": CURRENT_TERMS}
        phone = self.new_phone()
        if self._verified(phone, self.claim(), self.mobile, chosen):
            self.phone = phone

    def claim(self, **other: str) -> dict[str, str]:
        typed = {"mobile": self.mobile, "national_id": self.person.national_id}
        return typed | {"card_last4": self.person.card_number[-4:]} | other

    def _verified(self, phone: Phone, claim: Mapping[str, str], over: str, chosen: Mapping[str, str]) -> bool:
        begun = self.try_phone("begin verification", phone.begin_verification, claim)
        if begun is None:
            return False
        answer = answer_over(Line(self.town.telco, over), begun["authorization_url"])
        self.town.vault.harvest(answer)
        # The operator sends the browser to this page; what stands in its address is the protocol's.
        self.browser.client.get("/app/phone", query_string=answer)
        done = self.try_phone("verify", phone.finish_verification, begun["id"], answer, chosen)
        if done is not None and self.dice.random() < 0.3:
            self.try_phone("verify again", phone.finish_verification, begun["id"], answer, chosen)
        return done is not None

    def _verify_wrongly(self) -> None:
        chosen = {"password": self.password, "email": self.email, "terms_version": CURRENT_TERMS}
        kind = self.dice.randrange(5)
        claim, over = self.claim(), self.mobile
        if kind == 0:
            over = self.dice.choice(OTHER_LINES)
        elif kind == 1:
            claim |= {"card_last4": "0000"}
        elif kind == 2:
            claim["mobile"] = over = self.dice.choice(NOT_FOR_THIS)
        elif kind == 3:
            self.town.fault(
                f"chunghwa/{self.dice.choice(('kyc-match', 'token', 'number-verification'))}", self.dice.choice(FAULTS)
            )
        else:
            chosen |= {"password": self.mobile}
        self._verified(self.new_phone(), claim, over, chosen)
        self.town.fault("chunghwa", None)

    # What somebody known does

    def log_in_by_card(self) -> bool:
        if self.dice.random() < 0.3:
            body = {"card_proof": self.prove("login"), "password": self.new_password()}
            self.come_to("card login", self.browser.post("/sessions/card", body))
        body = {"card_proof": self.prove("login"), "password": self.password}
        answer = self.browser.post("/sessions/card", body)
        self.come_to("card login", answer)
        return answer.status_code == 201

    def prove(self, purpose: str) -> dict[str, str]:
        return self.browser.prove(f"{self.person.key}-nhi", purpose)

    def bind(self) -> None:
        """Bind a phone by a typed or a scanned code, with wrong guesses, and use the code once more."""
        if not self.log_in_by_card():
            return
        made = self.come_to("device code", self.browser.post("/device-codes"))
        if "code" not in made or "qr_text" not in made:
            return
        phone, typed = self.new_phone(), self.dice.random() < 0.5
        for _ in range(self.dice.choice((0, 0, 1, 2))):
            self.try_phone("type a code", phone.bind_by_code, self.random_code(), self.person.national_id)
        way = (
            (phone.bind_by_code, made["code"], self.person.national_id)
            if typed
            else (phone.bind_by_qr, made["qr_text"])
        )
        if self.try_phone("type a code" if typed else "scan a code", *way):
            self.phone = phone
        if self.dice.random() < 0.3:
            self.try_phone("scan a code", self.new_phone().bind_by_qr, made["qr_text"])
        self.browser.get(f"/device-codes/{made['id']}")

    def otp_login(self) -> None:
        if self.phone is None:
            return
        code = self.phone.otp_code()
        self.town.vault.add("otp", code)
        known = {"national_id": self.person.national_id, "birth_date": self.person.birth_date}
        if self.dice.random() < 0.5:
            self.come_to("OTP", self.browser.post("/sessions/otp", known | {"otp": f"{self.dice.randrange(10**8):08}"}))
        self.come_to("OTP", self.browser.post("/sessions/otp", known | {"otp": code}))
        if self.dice.random() < 0.3:
            self.come_to("OTP", self.browser.post("/sessions/otp", known | {"otp": code}))

    def qr_login(self) -> None:
        if self.phone is None:
            return
        known = {"national_id": self.person.national_id, "birth_date": self.person.birth_date}
        order = self.come_to("QR", self.browser.post("/qr-logins", known))
        if "frame" not in order:
            return
        scan = self.try_phone("scan", self.phone.scan, order["frame"]["text"])
        if scan is None:
            return
        choice = self.dice.random()
        if choice < 0.2:
            self.try_phone("deny", self.phone.deny, scan)
        else:
            self.try_phone("approve", self.phone.approve, scan, "00" if choice < 0.3 else order["match_code"])
        self.come_to("QR", self.browser.post("/sessions/qr", {"order_id": order["id"]}))

    def tokens(self) -> None:
        """Swap tokens, replay an old one, and recover."""
        if self.phone is None:
            return
        old = self.phone.binding["refresh_token"]
        self.try_phone("refresh", self.phone.refresh)
        if self.dice.random() < 0.5:
            self.phone.binding["refresh_token"] = old
            self.try_phone("refresh", self.phone.refresh)
            self.try_phone("look", self.phone.device)
            self.try_phone("recover", self.phone.recover)

    def change_keys(self) -> None:
        if self.phone is not None:
            self.try_phone("change keys", self.phone.change_keys)

    def move(self) -> None:
        if self.phone is None:
            return
        text = self.try_phone("move", self.phone.move)
        newer = self.new_phone()
        if text and self.try_phone("bind by a move", newer.bind_by_qr, text):
            self.phone = newer

    def voucher(self) -> None:
        """Print a voucher, spoil it, use it."""
        if self.phone is None or not self.log_in_by_card():
            return
        made = self.come_to("voucher", self.browser.get(f"/devices/{self.phone.device_id}/voucher"))
        if "url" not in made:
            return
        text = made["url"].partition("#")[2]
        self.town.vault.add("voucher", text)
        self.come_to("use a voucher", self.browser.post("/device-revocations", {"voucher": text[:-3] + "AAA"}))
        if self.dice.random() < 0.7:
            self.come_to("use a voucher", self.browser.post("/device-revocations", {"voucher": text}))
            self.try_phone("look", self.phone.device)
            self.phone = None

    def unbind(self) -> None:
        if self.phone is not None:
            self.try_phone("unbind", self.phone.unbind)
            self.try_phone("look", self.phone.device)
            self.phone = None

    def reset_password(self) -> None:
        self.password = self.new_password()
        answer = acts.reset(self.browser, self.person.key, password=self.password)
        self.come_to("reset", answer)

    def change_contact(self) -> None:
        """Change number, address and password from a session by card."""
        if not self.log_in_by_card():
            return
        mobile, email = f"09{self.dice.randrange(10**8):08}", f"new-{self.person.key}@mail.example.tw"
        self.come_to("contact", self.browser.call("PATCH", "/me", {"mobile": mobile}))
        self.come_to("contact", self.browser.call("PATCH", "/me", {"email": email}))
        old, self.password = self.password, self.new_password()
        self.come_to("password", self.browser.call("PUT", "/me/password", {"current": old, "new": self.password}))
        self.browser.get("/me/events")
        self.browser.get("/me/sessions")

    def blunder(self) -> None:
        """Send what no form takes, and put things where they do not belong."""
        owner = self.person
        bad = {"national_id": owner.national_id, "birth_date": owner.birth_date, "otp": owner.card_number}
        self.come_to("blunder", self.browser.post("/sessions/otp", bad))
        self.come_to("blunder", self.browser.post("/registrations", {"email": owner.national_id, "mobile": self.email}))
        self.come_to("blunder", self.browser.call("POST", "/device-revocations", {"voucher": self.password}))
        self.come_to("blunder", self.browser.post("/devices", {"code": owner.card_number, "national_id": self.mobile}))
        self.come_to("blunder", self.browser.get(f"/devices/{owner.national_id}/voucher"))
        self.come_to("blunder", self.browser.get(f"/me?national_id={owner.national_id}&mobile={self.mobile}"))
        headers = {"Authorization": f"DPoP {self.random_code() * 4}", "DPoP": "eyJ.eyJ.x"}
        self.come_to("blunder", self.browser.call("GET", "/me/device", **headers))
        with suppress(Problem):
            self.new_phone().bind_by_qr(f"{ORIGIN}/app/b#{self.random_code() * 5}")

    def go(self) -> None:
        """Become known, then do six of all things in any order."""
        self.dice.choice((self.register, self.register, self.verify))()
        if self.phone is None:
            self.bind()
        deeds = [
            *(self.bind, self.otp_login, self.otp_login, self.qr_login, self.qr_login, self.tokens, self.change_keys),
            *(self.move, self.voucher, self.unbind, self.reset_password, self.change_contact, self.blunder),
        ]
        for deed in self.dice.sample(deeds, k=6):
            deed()
            self.town.clock.forward(seconds=self.dice.choice((1, 20, 45)))
