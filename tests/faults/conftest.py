"""Given: the real processes on PostgreSQL, started once for all faults, and a crowd of people in order."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL

from authsvc.core.clock import SystemClock
from authsvc.settings import Settings
from mocks.card.cards import open_deck
from mocks.people import load_world
from tests.faults.site import CrowdStack, Site
from wsgi import build


@pytest.fixture(scope="module")
def faults_database(postgres: URL) -> Iterator[str]:
    name = f"faults{uuid4().hex}"
    with psycopg.connect(postgres.render_as_string(hide_password=False), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield postgres.set(database=name).render_as_string(hide_password=False)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def site(faults_database: str) -> Iterator[Site]:
    # Hashing passwords is not what is broken here.
    cheap = {"AUTHSVC_ARGON2_MEMORY_KIB": "64", "AUTHSVC_ARGON2_TIME": "1"}
    with CrowdStack(workers=3, database_url=faults_database, extra_env=cheap) as stack:
        settings = Settings(public_origin=stack.origin, database_url=faults_database)
        app = build(settings, clock=SystemClock(stack.clock_file))
        world = load_world(extra=stack.crowd)
        deck = open_deck(stack.folder / "card", world=world, crl_url=f"{stack.urls['card']}/ca/crl")
        crowd = (person for person in world.people if person.key.startswith("extra-"))
        yield Site(stack=stack, kit=app.extensions["kit"], deck=deck, crowd=crowd)
        stack.check()
        app.extensions["kit"].engine.dispose()
