from collections.abc import Iterator
from pathlib import Path

import pytest

from mocks.clock import Clock
from mocks.people import load_world
from mocks.telco.app import create_app
from tests.mocks.conftest import client_of
from tests.mocks.telco.protocol.relying import Party


@pytest.fixture
def party(tmp_path: Path) -> Iterator[Party]:
    offset_file = tmp_path / "offset"
    app = create_app(load_world(), clock=Clock(offset_file=offset_file), pace=0.0)
    with client_of(app) as http:
        yield Party(app, http, offset_file=offset_file)
