"""Two first logins with one certificate at the same moment, by threads on PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from authsvc.core.kit import Kit
from authsvc.identity.units import Unit
from certlogin.models import HeldCertificate
from mocks.card.cards import Deck
from mocks.people import World
from tests.browser import Browser
from tests.conftest import ORIGIN, client_of, empty
from tests.people import make_card_holder
from tests.simulators import acts
from tests.turns import rounds

ROUNDS = range(rounds(5, full=20, variable="AUTHSVC_RACE_ROUNDS"))
AT_ONCE = 4


@pytest.fixture
def database_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    empty(migrated_postgres)


def enter_at_once(app: Flask, deck: Deck, world: World, card: str, pin: str) -> list[int]:
    """Log in with one card in several browsers at the same moment and return the answers."""
    browsers = [Browser(client_of(app), deck, world, ORIGIN) for _ in range(AT_ONCE)]
    proofs = [browser.prove(card, "login", pin=pin) for browser in browsers]
    barrier = threading.Barrier(AT_ONCE)

    def send(number: int) -> int:
        barrier.wait()
        return browsers[number].post("/sessions/certificate", {"card_proof": proofs[number]}).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(send, range(AT_ONCE)))


@pytest.mark.parametrize("_number", ROUNDS)
def test_a_certificate_becomes_known_once(app: Flask, kit: Kit, deck: Deck, world: World, _number: int) -> None:
    make_card_holder(kit, deck, world.person("wang"))

    answers = enter_at_once(app, deck, world, "wang-cert", "246810")

    assert answers == [201] * AT_ONCE
    with kit.read() as session:
        assert session.scalar(select(func.count()).select_from(HeldCertificate)) == 1
    assert acts(kit).count(("certificate.known", "done")) == 1


@pytest.mark.parametrize("_number", ROUNDS)
def test_a_unit_becomes_known_once(app: Flask, kit: Kit, deck: Deck, world: World, _number: int) -> None:
    assert enter_at_once(app, deck, world, "unit1-card", "10101010") == [201] * AT_ONCE

    with kit.read() as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 1
