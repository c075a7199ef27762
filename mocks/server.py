"""The run loop and the command-line options that every simulator shares."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType
from wsgiref.types import WSGIEnvironment

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from mocks.clock import Clock


class Handler(WSGIRequestHandler):
    """Serves requests; hangs up at once where the app raised a `ConnectionError`."""

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:
        """Close the connection, which would otherwise wait for another request."""
        super().connection_dropped(error, environ)
        self.close_connection = True


class QuietHandler(Handler):
    """Serves requests without a line in the log for each."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def options(name: str, *, port: int) -> argparse.ArgumentParser:
    """Return a parser with the options that all simulators have."""
    parser = argparse.ArgumentParser(prog=f"python -m mocks.{name}", description=f"Simulator: {name}.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=port)
    parser.add_argument("--seed", type=int, default=1, help="seed of the dice that decide on faults")
    parser.add_argument("--clock-offset-file", type=Path, help="file with seconds to add to the clock")
    parser.add_argument("--verbose", action="store_true", help="log every request")
    return parser


def add_extra(parser: argparse.ArgumentParser) -> None:
    """Add the option for a crowd of further people beside the named ones."""
    parser.add_argument("--extra", type=int, default=0, help="number of further people without peculiarity")


def clock_of(given: argparse.Namespace) -> Clock:
    """Return the clock that the options ask for."""
    return Clock(offset_file=given.clock_offset_file)


def serve(app: Flask, given: argparse.Namespace) -> None:
    """Serve an app until SIGTERM or Ctrl-C; print one line with the address when it is ready."""
    handler = Handler if given.verbose else QuietHandler
    server = make_server(given.host, given.port, app, threaded=True, request_handler=handler)
    signal.signal(signal.SIGTERM, _leave)
    print(f"ready http://{given.host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
