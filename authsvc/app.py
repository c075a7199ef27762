"""The application: settings, clock and ports come in, a Flask app with the ground's own features comes out."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
from argon2 import PasswordHasher
from flask import Flask, jsonify, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from authsvc import identity, registration
from authsvc.core import compress, guard, i18n, jobs, outbox, revocations, web
from authsvc.core.clock import Clock
from authsvc.core.db import open_engine
from authsvc.core.document import ProblemApi
from authsvc.core.errors import Unavailable
from authsvc.core.held import Held
from authsvc.core.keys import Keys
from authsvc.core.kit import Kit, source_of
from authsvc.core.remote import Remote
from authsvc.identity.epochs import Gate
from authsvc.identity.keeping import AttestationTrust, read_trust
from authsvc.identity.ocsp import OcspRevocations
from authsvc.identity.passwords import Passwords
from authsvc.identity.profiles import CardTrust, MobileTrust, read_card_trust, read_mobile_trust
from authsvc.identity.registry import HttpRegistry, Registry
from authsvc.identity.revocation import CrlRevocations, Revocations
from authsvc.identity.ways import Ways
from authsvc.settings import Settings

HERE = Path(__file__).parent
API_TITLE = "Card, phone, portal"
DOCUMENT = {
    "API_TITLE": API_TITLE,
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
}
FILES = ("/static/", "/app/")


def create_app(
    settings: Settings, *, clock: Clock, transports: Mapping[str, httpx2.BaseTransport] | None = None
) -> Flask:
    """Return the app without any outside feature; `transports` replace the network towards a party by its name."""
    app = Flask(__name__, static_folder="core/static", static_url_path="/static", template_folder="templates")
    app.config.update(DOCUMENT)
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    keys = Keys(settings.root_keys, settings.epoch)
    kit = Kit(
        settings=settings,
        engine=open_engine(settings.database_url, pool_size=settings.db_pool),
        clock=clock,
        keys=keys,
        ports=make_ports(settings, keys, transports or {}),
    )
    app.extensions["kit"] = kit
    i18n.include(app)
    i18n.add_catalogue(app, HERE / "translations")
    limit_floods(app, settings)
    compress.include(app)
    guard.include(app, settings, keys)
    stop_until_restored(app, kit)
    app.extensions["api"] = ProblemApi(app)
    web.include(app)
    identity.include(app)
    registration.include(app)
    jobs.every_minute(app, outbox.purge)
    add_probes(app, kit)
    return app


def make_ports(settings: Settings, keys: Keys, transports: Mapping[str, httpx2.BaseTransport]) -> dict[type, object]:
    """Return what stands at each port."""
    registry = Remote("registry", settings.registry_url, transport=transports.get("registry"))

    @cache
    def issuer_at(origin: str, part: str) -> Remote:
        # One each for responder and lists, so that the one's faults do not keep us from the other.
        return Remote(f"card issuer's {part}", origin, transport=transports.get("card"))

    def lists_at(url: str) -> Remote:
        return issuer_at(urljoin(url, "/"), "lists")

    def responder_at(url: str) -> Remote:
        return issuer_at(urljoin(url, "/"), "responder")

    hasher = PasswordHasher(time_cost=settings.argon2_time, memory_cost=settings.argon2_memory_kib, parallelism=4)
    return {
        Registry: HttpRegistry(registry),
        Revocations: OcspRevocations(responder_at, otherwise=CrlRevocations(lists_at)),
        CardTrust: (cards := read_card_trust(settings.card_ca_file, settings.card_profiles_file)),
        MobileTrust: read_mobile_trust(settings.twfido_ca_file, cards),
        AttestationTrust: read_trust(settings.attestation_roots_file, settings.attestation_status_file),
        Passwords: Passwords(keys, hasher),
        Ways: Ways(),
        Gate: Gate(),
        # A process of the API alone answers at once; streams and long polls are the push process's.
        Held: Held(0 if settings.role == "api" else settings.held_calls),
    }


def limit_floods(app: Flask, settings: Settings) -> None:
    """Limit requests a minute per source, over all that works; decides nothing about secrets."""
    limiter = Limiter(
        lambda: source_of(get_remote_address()),
        app=app,
        enabled=settings.flood_limit > 0,
        application_limits=[f"{max(1, settings.flood_limit)}/minute"],
        storage_uri=settings.redis_url or "memory://",
        strategy="moving-window",
    )
    # Probes must be answered in a flood, and a phone that starts asks for its files again.
    limiter.request_filter(lambda: request.path in guard.PROBES or request.path.startswith(FILES))


def stop_until_restored(app: Flask, kit: Kit) -> None:
    """Answer nothing but files and the sign of life while the database is of another epoch than the settings."""
    revocations.open_journal(kit.settings.revocations_file, kit.clock)

    @app.before_request
    def _gate() -> None:
        if request.path != "/healthz" and not request.path.startswith(FILES):
            kit.port(Gate).require_open(kit)


def add_probes(app: Flask, kit: Kit) -> None:
    """Answer whether the process lives and whether its database does."""

    @app.get("/healthz")
    @web.door("anyone")
    def healthz() -> Response:
        return jsonify({"status": "ok"})

    @app.get("/readyz")
    @web.door("anyone")
    def readyz() -> Any:
        try:
            with kit.read() as session:
                session.execute(text("SELECT 1"))
        except SQLAlchemyError as fault:
            raise Unavailable from fault
        return jsonify({"status": "ready"})
