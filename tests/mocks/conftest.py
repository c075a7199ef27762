from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from flask import Flask

from mocks.card.app import create_app as create_card_app
from mocks.card.cards import Deck, open_deck
from mocks.people import World, load_world
from mocks.registry.app import create_app as create_registry_app


def client_of(app: Flask) -> httpx2.Client:
    return httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://127.0.0.1")


@pytest.fixture
def world() -> World:
    return load_world()


@pytest.fixture
def deck(tmp_path: Path) -> Deck:
    return open_deck(tmp_path / "deck")


@pytest.fixture
def component(deck: Deck) -> Iterator[httpx2.Client]:
    with client_of(create_card_app(deck)) as client:
        yield client


@pytest.fixture
def registry(world: World) -> Iterator[httpx2.Client]:
    with client_of(create_registry_app(world)) as client:
        yield client
