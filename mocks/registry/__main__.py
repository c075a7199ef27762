"""Runs the registers: `python -m mocks.registry`."""

from mocks.people import load_world
from mocks.registry.app import create_app
from mocks.server import add_extra, options, serve


def main() -> None:
    """Read the options and serve."""
    parser = options("registry", port=8102)
    add_extra(parser)
    given = parser.parse_args()
    serve(create_app(load_world(extra=given.extra), seed=given.seed), given)


if __name__ == "__main__":
    main()
