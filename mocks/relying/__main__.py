"""Runs the relying services: `python -m mocks.relying`."""

from mocks.relying.app import SERVICE_URL, create_app
from mocks.server import options, serve


def main() -> None:
    """Read the options and serve."""
    parser = options("relying", port=8105)
    parser.add_argument("--service-url", default=SERVICE_URL, help="where launch tokens are redeemed")
    given = parser.parse_args()
    serve(create_app(service_url=given.service_url, seed=given.seed), given)


if __name__ == "__main__":
    main()
