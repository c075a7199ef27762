"""Runs the card component: `python -m mocks.card`."""

from pathlib import Path

from mocks.card.app import DEFAULT_ORIGIN, create_app
from mocks.card.cards import open_deck
from mocks.card.vault import write_file
from mocks.people import load_world
from mocks.server import add_extra, clock_of, options, serve


def main() -> None:
    """Read the options, write the CA bundle and serve."""
    parser = options("card", port=8101)
    add_extra(parser)
    parser.add_argument("--state", type=Path, default=Path("instance/mocks/card"), help="folder of keys and states")
    parser.add_argument("--ca-file", type=Path, default=Path("instance/mocks/card-ca.pem"), help="CA bundle to write")
    parser.add_argument("--origin", action="append", help=f"page that may sign, repeatable ({DEFAULT_ORIGIN})")
    parser.add_argument("--public-url", help="address of this simulator as the service sees it")
    given = parser.parse_args()
    public_url = given.public_url or f"http://{given.host}:{given.port}"
    deck = open_deck(
        given.state,
        world=load_world(extra=given.extra),
        clock=clock_of(given),
        crl_url=f"{public_url}/ca/crl",
    )
    write_file(given.ca_file, deck.ca_bundle())
    serve(create_app(deck, origins=given.origin or [DEFAULT_ORIGIN], seed=given.seed), given)


if __name__ == "__main__":
    main()
