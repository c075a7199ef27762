"""Runs the mail catcher: `python -m mocks.mail`."""

from mocks.faults import Faults
from mocks.mail.app import create_app
from mocks.mail.caught import Caught
from mocks.mail.smtp import FAULTS, Catcher, smtp_server
from mocks.server import clock_of, options, serve


def main() -> None:
    """Read the options, listen for mails and serve the pages."""
    parser = options("mail", port=8026)
    parser.add_argument("--smtp-port", type=int, default=8025)
    given = parser.parse_args()
    caught, faults = Caught(), Faults(FAULTS, seed=given.seed)
    catcher = Catcher(caught, faults=faults, clock=clock_of(given))
    smtp = smtp_server(catcher, host=given.host, port=given.smtp_port)
    smtp.start()
    try:
        serve(create_app(caught, faults=faults), given)
    finally:
        smtp.stop()


if __name__ == "__main__":
    main()
