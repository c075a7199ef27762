"""Runs the gateway, the operators and the data paths: `python -m mocks.telco`."""

import argparse
import socket
from pathlib import Path
from urllib.parse import urlsplit

from mocks.people import load_world
from mocks.server import add_extra, clock_of, options, serve
from mocks.telco.app import create_app
from mocks.telco.clients import Client
from mocks.telco.connections import HOST, Listeners, Proxy
from mocks.telco.ground import Ground
from mocks.telco.operators import BadOperators, load_operators

FIRST_PORT = 8110
MOST_LISTENERS = 200
BANNER = """
  SIMULATOR of mobile operators and of the gateway in front of them. No line, number, person or operator here is real,
  and nothing that it says proves anything. It listens on 127.0.0.1 only.
"""


def main() -> None:
    """Read the options and serve."""
    parser = _parser()
    given = parser.parse_args()
    if given.host != HOST:
        parser.error(f"a simulator of operators listens on {HOST} only")
    given.port = given.port or _free_port()
    base = given.public_url or f"http://{HOST}:{given.port}"
    try:
        operators = load_operators(given.operators_file)
    except (BadOperators, OSError, ValueError) as bad:
        parser.error(str(bad))
    app = create_app(
        load_world(extra=given.extra),
        seed=given.seed,
        base=base,
        operators=operators,
        clock=clock_of(given),
        clients=_clients(given),
        pace=given.pace,
    )
    print(BANNER, flush=True)
    _open_data_paths(app.extensions["ground"], given, base=base)
    serve(app, given)


def _parser() -> argparse.ArgumentParser:
    parser = options("telco", port=8103)
    add_extra(parser)
    parser.add_argument("--public-url", help="address in issuers and links (default: where it listens)")
    parser.add_argument("--first-port", type=int, default=FIRST_PORT, help="first port of the data paths (0: any)")
    parser.add_argument("--operators-file", type=Path, help="JSON list of operators instead of the five")
    parser.add_argument("--pace", type=float, default=1.0, help="multiplies the operators' latency (0: none)")
    parser.add_argument("--client-id", help="a client that every operator knows")
    parser.add_argument("--client-jwks-url", help="where that client publishes its keys")
    parser.add_argument("--redirect-uri", action="append", default=[], help="its address (repeatable)")
    return parser


def _clients(given: argparse.Namespace) -> list[Client]:
    if not given.client_id:
        return []
    return [Client(given.client_id, tuple(given.redirect_uri), jwks_uri=given.client_jwks_url)]


def _open_data_paths(ground: Ground, given: argparse.Namespace, *, base: str) -> None:
    """Listen for the named lines, Wi-Fi, VPN and hotspots; a crowd beyond 200 goes over the handset page only."""
    own = frozenset({urlsplit(base).netloc, f"{HOST}:{given.port}", f"localhost:{given.port}"})
    listeners = Listeners(lambda connection: Proxy(ground.network, connection, own))
    names = sorted((each.connection for each in ground.network.all()), key=_order)[:MOST_LISTENERS]
    ground.addresses.update(listeners.open(names, first_port=given.first_port))


def _order(connection: str) -> tuple[bool, bool, str]:
    """Wi-Fi and the like first, then the named lines, then the crowd."""
    return connection.isdigit(), connection.startswith("0910"), connection


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
