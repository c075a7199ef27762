"""Runs the component: `python -m cardcomponent`; `check` shows what it sees, `origins` the sites that were allowed."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, Final

from werkzeug.serving import WSGIRequestHandler, make_server

from cardcomponent import settings
from cardcomponent.app import VERSION, create_app
from cardcomponent.consent import Permission, asker
from cardcomponent.desk import Desk
from cardcomponent.origins import Consents
from cardcomponent.readers import Source
from cardcomponent.turn import Turn

HOST: Final = "127.0.0.1"  # not a setting: nobody but this computer has any business here
LOG: Final = logging.getLogger("cardcomponent")


class Handler(WSGIRequestHandler):
    """Serves requests without a line for each; whoever sends nothing for ten seconds is hung up on."""

    timeout = 10

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: what pages ask is nobody else's business."""


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; return the exit status."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    try:
        found = settings.read(given.folder, port=given.port, origins=given.origin or ())
        if given.verb == "origins":
            return _origins(Consents(found.consents), given.act, given.site)
        return _check(found) if given.verb == "check" else _serve(found)
    except (settings.SettingsWrong, OSError) as fault:
        print(f"cardcomponent: {fault}", file=sys.stderr)  # noqa: T201  the command line's answer
        return 2


def sources(found: settings.Settings) -> list[Source]:
    """Return the ways to readers that are set. Their packages are loaded only if needed; raises `SettingsWrong`."""
    wanted: list[tuple[str, str, Any]] = [("pcsc", "pyscard", found.cards)] if found.cards else []
    wanted += [("tokens", "python-pkcs11", token) for token in found.tokens]
    made: list[Source] = []
    for module, package, profile in wanted:
        try:
            made.append(import_module(f"cardcomponent.{module}").source(profile, found.policies))
        except ImportError as fault:
            raise settings.SettingsWrong(
                f"{package} is not installed ({fault}); see docs/card-component.md."
            ) from fault
    return made


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cardcomponent", description=f"Reader component {VERSION}.")
    parser.add_argument("--folder", type=Path, default=settings.default_folder(), help="folder of config.toml")
    parser.add_argument("--port", type=int, help="port on 127.0.0.1 (8101; 0: any free one, printed)")
    parser.add_argument("--origin", action="append", help="web origin that may ask, repeatable")
    verbs = parser.add_subparsers(dest="verb")
    verbs.add_parser("serve", help="serve pages (what happens without a verb)")
    verbs.add_parser("check", help="show readers and cards")
    origins = verbs.add_parser("origins", help="show or take back what was allowed")
    origins.add_argument("act", choices=["list", "forget"])
    origins.add_argument("site", nargs="?", help="web origin to forget")
    return parser


def _serve(found: settings.Settings) -> int:
    if not found.origins:
        raise settings.SettingsWrong("no web origin may ask; set origins in config.toml or give --origin.")
    permission = Permission(Consents(found.consents), asker(found.ask, found.ask_seconds))
    app = create_app(Desk(sources(found), Turn(found.card_seconds)), permission, frozenset(found.origins))
    server = make_server(HOST, found.port, app, threaded=True, request_handler=Handler)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _leave)
    print(f"ready http://{HOST}:{server.server_port}", flush=True)  # noqa: T201
    server.serve_forever()
    return 0


def _check(found: settings.Settings) -> int:
    slots = Desk(sources(found), Turn(found.card_seconds)).status()
    for slot in slots:
        seen = "no card" if slot.card is None else f"{slot.card.kind}: {slot.card.name}"
        fault = "" if slot.fault is None else f" [{slot.fault.reader_code}] {slot.fault.detail.en}"
        print(f"{slot.reader}: {fault.strip() or seen}")  # noqa: T201
    if not slots:
        print("no reader [8013]")  # noqa: T201
    return 0 if any(slot.card for slot in slots) else 1


def _origins(consents: Consents, act: str, site: str | None) -> int:
    if act == "list":
        for origin, since in consents.all().items():
            print(f"{origin} since {since}")  # noqa: T201
        return 0
    if site is None or not consents.forget(site):
        print(f"{site or 'Nothing'} was not allowed.", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _leave(_signal: int, _frame: FrameType | None) -> None:
    os._exit(0)  # not sys.exit: it would wait for a card that does not answer. PC/SC resets the card when we are gone


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
