"""Runs the provider: `python -m mocks.twfido`."""

from base64 import b64decode
from pathlib import Path

from mocks.card.vault import write_file
from mocks.people import load_world
from mocks.server import clock_of, options, serve
from mocks.twfido.app import create_app
from mocks.twfido.office import Provider

SERVICE_ID = "00000000-0000-4000-8000-000000008104"
KEY = "YSBkZW1vIGtleSBmb3IgYSByZWx5aW5nIHBhcnR5ISE="  # as public as this file


def main() -> None:
    """Read the options, write the CA bundle and serve."""
    parser = options("twfido", port=8104)
    parser.add_argument("--state", type=Path, default=Path("instance/mocks/twfido"), help="folder of keys and states")
    parser.add_argument("--ca-file", type=Path, default=Path("instance/mocks/twfido-ca.pem"), help="bundle to write")
    parser.add_argument("--service-id", default=SERVICE_ID, help="the relying party's id")
    parser.add_argument("--key", default=KEY, help="the relying party's AES key, base64 of 32 bytes")
    parser.add_argument("--public-url", help="address of this simulator as the service sees it")
    given = parser.parse_args()
    app = create_app(
        load_world(),
        folder=given.state,
        provider=Provider(given.service_id, b64decode(given.key)),
        clock=clock_of(given),
        public_url=given.public_url or f"http://{given.host}:{given.port}",
        seed=given.seed,
    )
    write_file(given.ca_file, app.extensions["office"].phones.deck.ca_bundle())
    serve(app, given)


if __name__ == "__main__":
    main()
