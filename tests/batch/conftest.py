"""Given: a registry that knows a crowd insured in the first unit, and that unit registered here."""

import httpx2
import pytest
from flask import Flask

from mocks.people import World, load_world
from mocks.registry import app as registry_app
from tests.batch.scene import Scene, make_scene

CROWD = 1_300


@pytest.fixture(scope="session")
def crowded() -> World:
    return load_world(extra=CROWD)


@pytest.fixture
def transports(transports: dict[str, httpx2.BaseTransport], crowded: World) -> dict[str, httpx2.BaseTransport]:
    """Let the registry know a crowd; the cards are those of the named people."""
    return transports | {"registry": httpx2.WSGITransport(registry_app.create_app(crowded))}


@pytest.fixture
def scene(app: Flask, crowded: World) -> Scene:
    return make_scene(app, crowded)
