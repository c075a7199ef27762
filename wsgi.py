"""Composes settings, the ground and the features; the only module that knows them all."""

from collections.abc import Mapping

import httpx2
from flask import Flask

import batch
import bulletin
import certlogin
import counter
import devicebind
import mobileapp
import otp
import passkeys
import qrlogin
import relying
import twfido
import underwriting
import units
from authsvc import cli
from authsvc.app import create_app
from authsvc.core.clock import Clock, SystemClock
from authsvc.settings import Settings, from_env


def build(settings: Settings, *, clock: Clock, transports: Mapping[str, httpx2.BaseTransport] | None = None) -> Flask:
    """Return the whole service; take a feature's line out and the rest still runs."""
    app = create_app(settings, clock=clock, transports=transports)
    batch.include(app)
    bulletin.include(app)
    certlogin.include(app)
    counter.include(app)
    devicebind.include(app, transport=(transports or {}).get("telco"))
    otp.include(app)
    passkeys.include(app)
    qrlogin.include(app)
    relying.include(app)
    twfido.include(app, transport=(transports or {}).get("twfido"))
    underwriting.include(app)
    units.include(app)
    mobileapp.include(app)
    cli.include(app)
    return app


def create_from_env() -> Flask:
    """Return the service as the environment says."""
    settings = from_env()
    return build(settings, clock=SystemClock(settings.clock_offset_file))


def __getattr__(name: str) -> Flask:
    """Build `wsgi:app` when a server asks for it, so that importing this module touches nothing."""
    if name == "app":
        globals()["app"] = create_from_env()
        found: Flask = globals()["app"]
        return found
    raise AttributeError(name)
