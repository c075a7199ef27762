"""The relying services' door: each is known by its own secret, of which the catalogue has the SHA-256."""

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from authsvc.core import audit
from authsvc.core.errors import Refused
from authsvc.core.i18n import N_
from authsvc.core.kit import Kit
from authsvc.core.web import Credentials
from relying.catalogue import Catalogue, Service

LONGEST: Final = 1024


class ClientRefused(Refused):
    """The caller is no relying service, or its secret is not the one that was agreed."""

    code, detail = "client_refused", N_("This is not a relying service of ours, or its secret is wrong.")

    def headers(self) -> dict[str, str]:
        """Say how a service proves itself (RFC 7617)."""
        return {"WWW-Authenticate": 'Basic realm="launches", charset="UTF-8"'}


def by_client(kit: Kit, shown: Credentials) -> Service:
    """Let a relying service in by HTTP Basic (its id and secret) or Bearer (the secret); raise `ClientRefused`."""
    found = _find(kit.port(Catalogue), shown.authorization)
    if found is None:
        audit.record_refusal(kit, "launch.redeemed", outcome=ClientRefused.code)
        raise ClientRefused
    return found


def _find(catalogue: Catalogue, authorization: Sequence[str]) -> Service | None:
    if len(authorization) != 1 or len(authorization[0]) > LONGEST:
        return None
    scheme, _, rest = authorization[0].partition(" ")
    named, secret = None, rest
    if scheme.lower() == "basic":
        named, _, secret = _decoded(rest).partition(":")
    elif scheme.lower() != "bearer":
        return None
    given, found = sha256(secret.encode()).digest(), None
    for service in catalogue.services.values():  # all of them, so that the time tells nothing of which it was
        fits = [hmac.compare_digest(given, each) for each in service.secret_digests]
        if any(fits) and named in (None, service.id):
            found = service
    return found


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except ValueError:
        return ""
