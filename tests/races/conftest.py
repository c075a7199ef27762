"""Given: the real service as two gunicorn processes on PostgreSQL, started once for all races."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL

from authsvc.core.clock import SystemClock
from authsvc.settings import Settings
from devtools.people import Person as Citizen
from devtools.people import citizens
from devtools.stack import Stack
from mocks.card.cards import open_deck
from tests.races.stage import Stage
from tests.turns import rounds
from wsgi import build

# Hashing passwords is not what is raced; each shot names its own source, as a proxy would.
ENVIRONMENT = {"AUTHSVC_ARGON2_MEMORY_KIB": "64", "AUTHSVC_ARGON2_TIME": "1", "AUTHSVC_TRUSTED_PROXIES": "1"}
# All twenty take nine minutes of one core.
ROUNDS = rounds(3, full=20, variable="AUTHSVC_RACE_ROUNDS")


@pytest.fixture(params=range(ROUNDS), autouse=True)
def _round() -> None:
    """Run each race so often: a race that is lost now and then is lost."""


@pytest.fixture(scope="session")
def race_database(postgres: URL) -> Iterator[str]:
    name = f"races{uuid4().hex}"
    with psycopg.connect(postgres.render_as_string(hide_password=False), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield postgres.set(database=name).render_as_string(hide_password=False)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def stage(race_database: str) -> Iterator[Stage]:
    with Stack(workers=2, database_url=race_database, extra_env=ENVIRONMENT) as stack:
        stack.kill("worker")  # what it says each minute is no part of a race, and would be counted
        settings = Settings(
            public_origin=stack.origin,
            database_url=race_database,
            card_ca_file=stack.folder / "card-ca.pem",
            registry_url=stack.urls["registry"],
            flood_limit=0,
            argon2_memory_kib=64,
            argon2_time=1,
        )
        app = build(settings, clock=SystemClock())
        deck = open_deck(stack.folder / "card", crl_url=f"{stack.urls['card']}/ca/crl")
        people = citizens(registry_url=stack.urls["registry"], card_url=stack.urls["card"])
        yield Stage(stack=stack, app=app, deck=deck, citizens=people)
        stack.check()
        app.extensions["kit"].engine.dispose()


@pytest.fixture(scope="session")
def citizen(stage: Stage) -> Citizen:
    """Register a citizen who can log in by card."""
    return stage.registered()
