"""Given: one database (the bulk does not depend on it), and everybody who may call."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from authsvc.core.kit import Kit
from tests.clocks import MovableClock
from tests.hostile.endpoints import Endpoint, endpoints
from tests.hostile.visitors import Visitors


@pytest.fixture
def database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    shutil.copy(migrated_sqlite, tmp_path / "test.db")
    return f"sqlite:///{tmp_path}/test.db"


@pytest.fixture
def visitors(app: Flask, kit: Kit, clock: MovableClock) -> Visitors:
    return Visitors(app, kit, clock)


@pytest.fixture
def calls(app: Flask) -> list[Endpoint]:
    """List every endpoint of the API."""
    return endpoints(app)
