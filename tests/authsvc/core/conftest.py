"""Given: settings, database, clock and keys without the web."""

from collections.abc import Iterator

import pytest

from authsvc.core.db import open_engine
from authsvc.core.keys import Keys
from authsvc.core.kit import Caller, Kit
from authsvc.settings import Settings
from tests.clocks import MovableClock


@pytest.fixture
def ground(database_url: str, clock: MovableClock) -> Iterator[Kit]:
    settings = Settings(database_url=database_url)
    engine = open_engine(database_url)
    caller = Caller(source="192.0.2.7", request_id="request-1")
    yield Kit(settings=settings, engine=engine, clock=clock, keys=Keys(settings.root_keys), caller=caller)
    engine.dispose()
