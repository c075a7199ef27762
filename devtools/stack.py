"""The whole set as processes: simulators, service and mail worker.

Example::

    with Stack() as stack:              # free ports, a database in a temporary folder
        Browser(stack.origin, card_url=stack.urls["card"])
"""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from devtools.people import StaffMember, staff_member
from devtools.ports import FIRST_DATA_PATH, HOST, Ports, free_ports
from devtools.processes import ROOT, Child, Family, clean_environment

THREADS = 64
DATABASE = "authsvc.db"


class Stack:
    """Everything that `make run` starts, as a context manager; processes end with the block or with the parent."""

    def __init__(
        self,
        *,
        ports: Ports | None = None,
        workers: int = 1,
        database_url: str | None = None,
        flood_limit: int = 0,
        folder: Path | None = None,
        extra_env: Mapping[str, str] | None = None,
        push: bool = False,
        migrated: Path | None = None,
    ) -> None:
        """Choose ports (default: free ones), database (default: SQLite in `folder`) and folder (default: temporary).

        `migrated` is an SQLite file of the newest shape to begin with: migrating takes two seconds. With `push` a front
        door sends streams and long polls to a push process; else the service holds them itself.
        """
        self.ports = ports or Ports.free()
        self.workers, self.push, self._migrated = workers, push, migrated
        self.flood_limit = flood_limit
        self.extra_env = dict(extra_env or {})
        self.origin = f"http://localhost:{self.ports.service}"
        names = ("card", "registry", "telco", "twfido", "relying", "mail")
        self.urls = {name: f"http://{HOST}:{getattr(self.ports, name)}" for name in names}
        self.urls["service"] = self.origin
        self._database_url = database_url
        self._folder = folder
        self._cleanup = ExitStack()
        self._killed: dict[str, Child] = {}

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            if self._folder is None:
                self._folder = Path(opening.enter_context(tempfile.TemporaryDirectory(prefix="authsvc-")))
            self.log_dir.mkdir(parents=True, exist_ok=True)
            self.family = opening.enter_context(Family(self.log_dir))
            self._start()
            self._cleanup = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    @property
    def folder(self) -> Path:
        """Where this stack keeps its files."""
        if self._folder is None:
            raise ValueError("a stack has its folder inside `with`")
        return self._folder

    @property
    def log_dir(self) -> Path:
        """Where each process writes `<name>.log`."""
        return self.folder / "logs"

    @property
    def database_url(self) -> str:
        """The service's database."""
        return self._database_url or f"sqlite:///{self.folder / DATABASE}"

    @property
    def clock_file(self) -> Path:
        """The file with the seconds by which the service's clock is ahead."""
        return self.folder / "clock-offset"

    def move_clock(self, seconds: float) -> None:
        """Set how far the service's clock is ahead of the real one, from now on."""
        self.clock_file.write_text(str(seconds), encoding="ascii")

    def check(self) -> None:
        """Raise `StackError` with the end of its log when a process has died."""
        self.family.check()

    def kill(self, name: str) -> None:
        """Kill one process (`service`, `worker`, `mail`, …) with SIGKILL; `restart` brings it back."""
        self._killed[name] = self.family.kill(name)

    def restart(self, name: str) -> None:
        """Start a killed process again as it was, and wait until it answers where it has an address."""
        was = self._killed.pop(name)
        child = self.family.start(name, was.command, was.env, alone=was.nursery is None)
        if name in self.urls:
            child.wait_until_healthy(self.urls[name])

    def add_staff(self) -> StaffMember:
        """Take on the member of staff of the simulators' world, where they are not staff yet, and return them."""
        member = staff_member(registry_url=self.urls["registry"], card_url=self.urls["card"])
        facts = ("--name", member.name, "--national-id", member.national_id, "--holder-number", member.national_id)
        roles = ("--role", "counter", "--role", "operator")
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "staff", "add", "--once", *facts]
        self.family.run("staff", [*command, "--office", member.office, *roles], self.environment())
        return member

    def environment(self) -> dict[str, str]:
        """Return the service's environment."""
        return {
            **clean_environment(),
            "AUTHSVC_ENV": "dev",
            "AUTHSVC_PUBLIC_ORIGIN": self.origin,
            "AUTHSVC_DATABASE_URL": self.database_url,
            "AUTHSVC_CARD_CA_FILE": str(self.folder / "card-ca.pem"),
            "AUTHSVC_CARD_COMPONENT_URL": self.urls["card"],
            "AUTHSVC_REGISTRY_URL": self.urls["registry"],
            "AUTHSVC_TELCO_URL": self.urls["telco"],
            "AUTHSVC_TWFIDO_URL": self.urls["twfido"],
            "AUTHSVC_TWFIDO_APP_URL": f"{self.urls['twfido']}/w2a/verifySign",
            "AUTHSVC_TWFIDO_CA_FILE": str(self.folder / "twfido-ca.pem"),
            "AUTHSVC_RELYING_FILE": str(self._relying_file()),
            "AUTHSVC_SMTP_URL": f"smtp://{HOST}:{self.ports.smtp}",
            "AUTHSVC_FLOOD_LIMIT": str(self.flood_limit),
            "AUTHSVC_CLOCK_OFFSET_FILE": str(self.clock_file),
            **self.extra_env,
        }

    def simulators(self) -> dict[str, list[str]]:
        """Return the options of each simulator."""
        files = ["--state", str(self.folder / "card"), "--ca-file", str(self.folder / "card-ca.pem")]
        more = {
            "card": [*files, "--origin", self.origin],
            "registry": [],
            "telco": self._telco_options(),
            "twfido": ["--state", str(self.folder / "twfido"), "--ca-file", str(self.folder / "twfido-ca.pem")],
            "relying": ["--service-url", self.origin],
            "mail": ["--smtp-port", str(self.ports.smtp)],
        }
        same = ["--clock-offset-file", str(self.clock_file)]
        return {name: ["--port", str(getattr(self.ports, name)), *same, *rest] for name, rest in more.items()}

    def _relying_file(self) -> Path:
        """Return the catalogue of relying services, with the address that they have here."""
        file = self.folder / "relying.toml"
        told = (ROOT / "relying" / "services.toml").read_text(encoding="utf-8")
        file.write_text(told.replace("http://127.0.0.1:8105", self.urls["relying"]), encoding="utf-8")
        return file

    def _telco_options(self) -> list[str]:
        """Return the data paths' ports (the documented ones, or any), and the service as a client of the operators."""
        first_port = FIRST_DATA_PATH if self.ports.telco == Ports.telco else 0
        keys = ["--client-jwks-url", f"{self.origin}/.well-known/jwks.json"]
        return [
            *("--first-port", str(first_port), "--client-id", "authsvc"),
            *(*keys, "--redirect-uri", f"{self.origin}/app/phone"),
        ]

    def _start(self) -> None:
        self.move_clock(0)
        environment = self.environment()
        outside = {
            name: self.family.start(name, [sys.executable, "-m", f"mocks.{name}", *options], clean_environment())
            for name, options in self.simulators().items()
        }
        for name, child in outside.items():  # first: the service reads the card issuers' file that one of them writes
            child.wait_until_healthy(self.urls[name])
        flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
        if self._migrated is not None:
            shutil.copy(self._migrated, self.folder / DATABASE)
        else:
            self.family.run("migration", [*flask, "db", "upgrade"], environment)
        port = self._start_push(environment) if self.push else self.ports.service
        service = self.family.start("service", gunicorn("wsgi:app", port, workers=self.workers), environment)
        self.family.start("worker", [*flask, "worker"], environment)
        service.wait_until_healthy(self.origin)
        self.check()

    def _start_push(self, environment: dict[str, str]) -> int:
        """Start the push process and the front door, and return the port that is left for the service."""
        behind, pushing = [port for port in free_ports(3) if port != self.ports.service][:2]
        environment["AUTHSVC_TRUSTED_PROXIES"] = "1"
        front = [sys.executable, "-m", "devtools.front", str(self.ports.service), str(behind), str(pushing)]
        self.family.start("front", front, clean_environment())
        push = [sys.executable, "-m", "gunicorn", "-c", "qrlogin/pushserver.py", "-b", f"{HOST}:{pushing}", "wsgi:app"]
        self.family.start("push", push, environment, alone=True)  # gevent changes modules before others take from them
        return behind


def gunicorn(application: str, port: int, *, workers: int) -> list[str]:
    """Return the command that serves a WSGI application as the service is served."""
    return [
        *(sys.executable, "-m", "gunicorn", "--no-control-socket", "-k", "gthread"),
        *("--workers", str(workers), "--threads", str(THREADS), "--graceful-timeout", "2"),
        *("--forwarder-headers", ""),  # by default it takes SCRIPT_NAME from whoever comes over the loopback
        *("-b", f"{HOST}:{port}", application),
    ]
