"""Any acts of several people in any order, against a small model: the service never answers otherwise.

`AUTHSVC_STATEFUL_RUNS=500` lets new dice fall so often, 50 steps a run; without it the same 25 runs of 30 steps.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from authsvc.core.jobs import jobs_of
from authsvc.core.kit import Kit
from authsvc.core.outbox import OutboxMail
from authsvc.identity import suspension
from authsvc.identity.models import Person
from authsvc.registration.models import Registration
from mocks.card.cards import Deck
from mocks.people import World
from tests.authsvc.registration import acts
from tests.authsvc.registration.believed import FIVE, OTHER_PASSWORD, Answer, Believed, Link
from tests.browser import PASSWORD, Browser
from tests.clocks import MovableClock
from tests.conftest import ORIGIN, client_of, empty

UNKNOWN = "A" * 43
KEYS = ("wang", "lin", "chen")
RUNS = int(os.environ.get("AUTHSVC_STATEFUL_RUNS", "0"))
PEOPLE = st.sampled_from(KEYS)
PASSWORDS = st.sampled_from((PASSWORD, OTHER_PASSWORD))
RECENT = st.integers(min_value=0, max_value=3)  # the last link, the one before, ...
QUITE_OFTEN = st.sampled_from((True, True, True, False))


class Ground(NamedTuple):
    """What every run stands on: one app, one database, one clock."""

    app: Flask
    kit: Kit
    clock: MovableClock
    deck: Deck
    world: World


class AnyOrder(RuleBasedStateMachine):
    """Do one act after the other, in the service and in the model."""

    ground: Ground

    def __init__(self) -> None:
        super().__init__()
        empty(self.ground.kit.settings.database_url)
        self.started = self.ground.clock.now()
        self.people = {key: Believed(key) for key in KEYS}
        self.browsers = {
            key: Browser(client_of(self.ground.app), self.ground.deck, self.ground.world, ORIGIN) for key in KEYS
        }
        self.links: list[tuple[str, str]] = [("wang", UNKNOWN)]
        self.new_addresses: list[tuple[str, str]] = []
        self.backups: list[tuple[str, str]] = []

    def teardown(self) -> None:
        """Try every last link and every password, then take the clock back for the next run."""
        for key in KEYS:
            self.log_in(key, right=True)
            self.confirm_last(key)
        for back in range(min(4, len(self.links))):
            self.confirm(back, other_card=False)
        self.ground.clock.forward(seconds=-(self.ground.clock.now() - self.started).total_seconds())

    def same(self, answer: TestResponse, expected: Answer) -> bool:
        """Compare an answer with the model's, and tell whether it was a success."""
        assert acts.code(answer) == expected, answer.text
        self.ground.clock.forward(seconds=1)
        return expected[0] < 300

    def mailed(self, template: str) -> Link:
        """Return the link of the mail that was written a moment ago."""
        token = acts.last_token(self.ground.kit, template)
        return Link(token, self.ground.clock.now() - timedelta(seconds=1) + FIVE)

    @initialize(keys=st.sets(PEOPLE))
    def some_have_an_account(self, keys: set[str]) -> None:
        """Start further on in most runs; the acts themselves lead there seldom enough."""
        for key in KEYS:
            self.apply(key)
            if key in keys:
                self.confirm_last(key)

    @rule(key=PEOPLE)
    def apply(self, key: str) -> None:
        person = self.people[key]
        if self.same(acts.apply(self.browsers[key], key), person.apply(self.ground.clock.now())):
            self._linked(person)

    @rule(key=PEOPLE, corrected=st.booleans())
    def resend(self, key: str, *, corrected: bool) -> None:
        self._begin_if_nobody(key)
        person, changes = self.people[key], {}
        if corrected:
            changes["email"] = person.address(1)
        answer = acts.resend(self.browsers[key], card=person.card, **changes)
        if self.same(answer, person.resend(changes.get("email"), self.ground.clock.now())):
            self._linked(person)

    def _begin_if_nobody(self, key: str) -> None:
        if self.people[key].link is None and not self.people[key].registered:
            self.apply(key)

    def _linked(self, person: Believed) -> None:
        person.link = self.mailed("confirm")
        self.links.append((person.key, person.link.token))

    @rule(back=RECENT, other_card=st.sampled_from((False, False, False, True)))
    def confirm(self, back: int, *, other_card: bool) -> None:
        """Open one of the last links that anybody got, with the card of its owner or of somebody else."""
        key, token = self.links[max(0, len(self.links) - 1 - back)]
        self._confirm(key, token, KEYS[KEYS.index(key) - 1] if other_card else key)

    @rule(key=PEOPLE)
    def confirm_last(self, key: str) -> None:
        mine = [token for owner, token in self.links if owner == key]
        self._confirm(key, (mine or [UNKNOWN])[-1], key)

    def _confirm(self, key: str, token: str, holder: str) -> None:
        card = self.people[holder].card
        answer = acts.confirm(self.browsers[holder], token, card=card)
        self.same(answer, self.people[key].confirm(token, card, self.ground.clock.now()))

    @rule(key=PEOPLE)
    def cancel(self, key: str) -> None:
        self._begin_if_nobody(key)
        person = self.people[key]
        self.same(acts.cancel(self.browsers[key], card=person.card), person.cancel(self.ground.clock.now()))

    @rule(key=PEOPLE, password=PASSWORDS)
    def reset(self, key: str, password: str) -> None:
        answer = acts.reset(self.browsers[key], key, password=password)
        self.same(answer, self.people[key].reset(password))

    @rule(key=PEOPLE, right=QUITE_OFTEN)
    def log_in(self, key: str, *, right: bool) -> None:
        browser, person = self.browsers[key], self.people[key]
        password = person.password if right else "Wrong-one5"
        body = {"card_proof": browser.prove(person.card, "login"), "password": password}
        self.same(browser.post("/sessions/card", body), person.log_in(password, self.ground.clock.now()))

    @rule(key=PEOPLE, right=QUITE_OFTEN, new=PASSWORDS)
    def change_password(self, key: str, *, right: bool, new: str) -> None:
        person = self.people[key]
        if not person.inside:
            self.log_in(key, right=right)
        current = person.password if right else "Wrong-one5"
        answer = self.browsers[key].call("PUT", "/me/password", {"current": current, "new": new})
        self.same(answer, person.change_password(current, new, self.ground.clock.now()))

    @rule(key=PEOPLE, number=st.integers(min_value=0, max_value=2))
    def change_email(self, key: str, number: int) -> None:
        person = self.people[key]
        if not person.inside:
            self.log_in(key, right=True)
        answer = self.browsers[key].call("PATCH", "/me", {"email": person.address(number)})
        changed = self.same(answer, person.change_email(person.address(number), self.ground.clock.now()))
        if changed and person.new_email != person.email:
            person.moving = self.mailed("email")
            self.new_addresses.append((key, person.moving.token))

    @rule(key=PEOPLE, back=st.integers(min_value=1, max_value=2))
    def confirm_email(self, key: str, back: int) -> None:
        if self.people[key].moving is None:
            self.change_email(key, 2)
        tokens = [UNKNOWN, UNKNOWN, *(token for owner, token in self.new_addresses if owner == key)]
        token = tokens[-back]
        answer = self.browsers[key].post("/me/email-confirmations", {"token": token})
        self.same(answer, self.people[key].confirm_email(token, self.ground.clock.now()))

    @rule(key=PEOPLE, number=st.integers(min_value=1, max_value=3))
    def change_backup(self, key: str, number: int) -> None:
        person = self.people[key]
        if not person.inside:
            self.log_in(key, right=True)
        answer = self.browsers[key].call("PATCH", "/me", {"backup_email": person.address(number)})
        changed = self.same(answer, person.change_backup(person.address(number), self.ground.clock.now()))
        if changed and person.new_backup != person.backup_email:
            person.backup = self.mailed("backup_email")
            self.backups.append((key, person.backup.token))

    @rule(key=PEOPLE, back=st.integers(min_value=1, max_value=2))
    def confirm_backup(self, key: str, back: int) -> None:
        if self.people[key].backup is None:
            self.change_backup(key, 3)
        token = [UNKNOWN, UNKNOWN, *(token for owner, token in self.backups if owner == key)][-back]
        answer = self.browsers[key].post("/me/email-confirmations", {"token": token})
        self.same(answer, self.people[key].confirm_backup(token, self.ground.clock.now()))

    @rule(key=PEOPLE)
    def suspend_or_restore(self, key: str) -> None:
        person = self.people[key]
        if not person.registered:
            return
        verb = suspension.restore if person.suspended else suspension.suspend
        person.suspended = not person.suspended
        index = self.ground.kit.keys.index("national_id", self.browsers[key].person(key).national_id)
        with self.ground.kit.begin() as session:
            person_id = session.scalars(select(Person.id).where(Person.national_id_index == index)).one()
            verb(session, self.ground.kit, person_id=person_id)
        if person.suspended:
            person.inside, person.moving, person.backup = False, None, None

    @rule(days=st.sampled_from((1, 4, 5, 26, 30)))
    def pass_days(self, days: int) -> None:
        """Let days go by, after which the worker clears away what is over."""
        now = self.ground.clock.forward(days=days)
        for job in jobs_of(self.ground.app):
            job(self.ground.kit)
        for person in self.people.values():
            person.pass_time(now)

    @invariant()
    def no_mail_is_lost_or_made_up_and_nobody_is_there_twice(self) -> None:
        with self.ground.kit.read() as session:
            stored = [
                session.scalar(select(func.count()).select_from(table)) for table in (OutboxMail, Person, Registration)
            ]
        people = self.people.values()
        assert stored == [
            sum(person.mails for person in people),
            sum(person.registered for person in people),
            sum(person.link is not None for person in people),
        ]


@pytest.fixture
def database_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    empty(migrated_postgres)


def test_in_whatever_order_people_act_the_service_does_what_the_model_says(
    app: Flask, kit: Kit, clock: MovableClock, deck: Deck, world: World
) -> None:
    ground = Ground(app, kit, clock, deck, world)
    machine = type("AnyOrderHere", (AnyOrder,), {"ground": ground})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=RUNS or 25,
            stateful_step_count=50 if RUNS else 30,
            derandomize=not RUNS,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
