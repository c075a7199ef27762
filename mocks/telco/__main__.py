"""Runs the telecom gateway: `python -m mocks.telco`."""

from mocks.people import load_world
from mocks.server import add_extra, options, serve
from mocks.telco.app import create_app


def main() -> None:
    """Read the options and serve."""
    parser = options("telco", port=8103)
    add_extra(parser)
    given = parser.parse_args()
    serve(create_app(load_world(extra=given.extra), seed=given.seed), given)


if __name__ == "__main__":
    main()
