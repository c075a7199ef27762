import base64
import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect

from authsvc.core.clock import SystemClock
from authsvc.core.db import Base
from authsvc.settings import Settings
from wsgi import build


@pytest.fixture
def new_app(tmp_path: Path) -> Flask:
    return build(Settings(database_url=f"sqlite:///{tmp_path}/new.db"), clock=SystemClock())


def run(app: Flask, *command: str) -> str:
    result = app.test_cli_runner().invoke(args=list(command))
    assert result.exit_code == 0, result.output
    app.extensions["kit"].engine.dispose()
    return result.output


def test_a_new_database_gets_every_table(new_app: Flask) -> None:
    # when, twice
    run(new_app, "db", "upgrade")
    run(new_app, "db", "upgrade")
    # then
    assert set(Base.metadata.tables) <= set(inspect(new_app.extensions["kit"].engine).get_table_names())
    new_app.extensions["kit"].engine.dispose()


def test_the_migrations_make_the_tables_of_the_code(new_app: Flask) -> None:
    run(new_app, "db", "check")


def test_each_app_brings_its_own_database_to_shape(new_app: Flask, tmp_path: Path) -> None:
    other = build(Settings(database_url=f"sqlite:///{tmp_path}/other.db"), clock=SystemClock())
    run(new_app, "db", "upgrade")

    assert inspect(other.extensions["kit"].engine).get_table_names() == []
    other.extensions["kit"].engine.dispose()


def test_a_migration_needs_a_message(new_app: Flask) -> None:
    result = new_app.test_cli_runner().invoke(args=["db", "revision"])

    assert result.exit_code == 2
    assert "MESSAGE" in result.output


def test_a_fresh_root_key_has_32_bytes_and_is_never_the_same(new_app: Flask) -> None:
    first, second = run(new_app, "new-root-key").strip(), run(new_app, "new-root-key").strip()

    assert len(base64.urlsafe_b64decode(first)) == 32
    assert first != second


def test_the_document_of_the_api_is_written_the_same_each_time(new_app: Flask, tmp_path: Path) -> None:
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    for file in files:
        run(new_app, "openapi", str(file))

    texts = [file.read_text(encoding="utf-8") for file in files]
    assert texts[0] == texts[1]
    assert json.loads(texts[0])["info"]["title"]
