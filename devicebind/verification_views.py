"""The calls about verification by the operator, and our public keys, by which operators know us."""

from typing import Any

from flask import Blueprint, Flask, Response, jsonify

import devicebind.refusals as refusals
import devicebind.verifications as verifications
from authsvc.core.errors import Invalid, NotFound, Throttled, Unavailable
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity import devices, dpop
from authsvc.identity.accounts import AlreadyRegistered
from authsvc.identity.freezing import BindingsFrozen
from authsvc.identity.standing import OnlineServicesSuspended
from devicebind.binding import Binding
from devicebind.party import client_keys
from devicebind.schemas import BindingOut, new_phone
from devicebind.telco import Telco
from devicebind.verification_schemas import CompletionIn, VerificationIn, VerificationOut

bp = ApiBlueprint("verifications", __name__, url_prefix="/api/v1", description="Phones: verification by the operator")
keys = Blueprint("client_keys", __name__)
KEY_REFUSALS = (LoginRequired, dpop.NonceRequired, dpop.ProofRefused)
KEYS_SECONDS = 3600


@bp.route("/phone-verifications", methods=["POST"])
@door("new_key")
@bp.arguments(VerificationIn)
@bp.response(201, VerificationOut)
@bp.refuses(*KEY_REFUSALS, refusals.OperatorNotSupported, refusals.TelcoUnavailable, Invalid, Throttled)
def start(body: dict[str, Any]) -> verifications.Started:
    """Begin to bind the phone whose key made the proof by its operator's word."""
    return verifications.start(kit(), phone=new_phone(who(), body), **body)


@bp.route("/phone-verifications/<verification_id>/completions", methods=["POST"])
@door("new_key")
@bp.arguments(CompletionIn)
@bp.response(201, BindingOut)
@bp.alt_response(200, schema=BindingOut, description="This phone was bound already: the password alone was set.")
@bp.refuses(*KEY_REFUSALS, refusals.VerificationRefused, refusals.VerificationOver, NotFound)
@bp.refuses(OnlineServicesSuspended, BindingsFrozen, *refusals.EVERY)
@bp.refuses(devices.DeviceLimitReached, devices.KeyAlreadyBound, AlreadyRegistered, Invalid, Unavailable)
def complete(body: dict[str, Any], verification_id: str) -> tuple[Binding, int]:
    """Bind the phone with what the operator sent it back with; registers the person or sets the password.

    By the key of a phone that is that person's already it sets the password and binds nothing: 200, without `otp`.
    """
    bound = verifications.complete(kit(), verification_id=verification_id, key=who(), **body)
    return bound, 201 if bound.is_new else 200


@keys.get("/.well-known/jwks.json")
@door("anyone")
def published_keys() -> Response:
    """Publish our public keys towards operators (RFC 7517): for each the one that signs and the one before it."""
    listed = [key.jwk for each in kit().port(Telco).every_operator() for key in client_keys(kit().keys, each)]  # type: ignore[type-abstract]
    response = jsonify({"keys": listed})
    response.cache_control.max_age, response.cache_control.public = KEYS_SECONDS, True
    return response


def register(app: Flask) -> None:
    """Put these calls on the API, and the keys at their well-known place."""
    app.extensions["api"].register_blueprint(bp)
    app.register_blueprint(keys)
