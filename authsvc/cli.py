"""Commands: the database's shape, the API's document, root keys."""

import base64
import json
import os
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import Engine

import authsvc.identity.epochs as epochs
from authsvc import worker
from authsvc.core.kit import Kit

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def alembic_config(engine: Engine) -> Config:
    """Return Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    return config


def include(app: Flask) -> None:
    """Register the commands."""
    kit: Kit = app.extensions["kit"]
    app.cli.add_command(database_commands(kit))

    @app.cli.command("worker")
    def work() -> None:
        """Send mail and run the small jobs until told to stop."""
        worker.main(app)

    @app.cli.command("openapi")
    @click.argument("file", type=click.Path(path_type=Path))
    def openapi(file: Path) -> None:
        """Write the API's document to a file."""
        file.write_text(openapi_text(app), encoding="utf-8")

    @app.cli.command("restore")
    @click.option("--journal", "journals", type=click.Path(path_type=Path), multiple=True)
    def restore(journals: tuple[Path, ...]) -> None:
        """Make a restored database ready: AUTHSVC_EPOCH was raised, what was revoked is revoked again."""
        ours = kit.settings.revocations_file
        done = epochs.restore(kit, journals=journals or ((ours,) if ours else ()))
        click.echo(restored_text(done))

    @app.cli.command("new-root-key")
    def new_root_key() -> None:
        """Print a fresh root key for AUTHSVC_ROOT_KEYS (give it a number of its own)."""
        click.echo(base64.urlsafe_b64encode(os.urandom(32)).decode())


def restored_text(done: epochs.Restored) -> str:
    """Return what an operator is told after a restore."""
    reach = "the journal reaches back to the backup" if done.complete else "no journal reaches back to the backup"
    phones = "phones unbound again" if done.complete else "phones unbound, which is all of them"
    people = f"{done.suspended} people suspended again, {done.frozen} allow no new phones again"
    return f"Epoch {done.epoch}: {reach}. {done.unbound} {phones}; {people}."


def database_commands(kit: Kit) -> AppGroup:
    """Return the commands about this kit's database."""
    database = AppGroup("db", help="The database's shape.")

    @database.command("upgrade")
    def upgrade() -> None:
        """Bring the database to the newest shape."""
        command.upgrade(alembic_config(kit.engine), "head")

    @database.command("check")
    def check() -> None:
        """Fail when the tables in code and the migrations differ."""
        command.upgrade(alembic_config(kit.engine), "head")
        command.check(alembic_config(kit.engine))

    @database.command("revision")
    @click.argument("message")
    def revision(message: str) -> None:
        """Write a migration for what changed in the tables."""
        command.revision(alembic_config(kit.engine), message, autogenerate=True)

    return database


def openapi_text(app: Flask) -> str:
    """Return the API's document as stable JSON text."""
    with app.test_request_context():
        return json.dumps(app.extensions["api"].spec.to_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
