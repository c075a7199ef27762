"""The calls about passkeys."""

from collections.abc import Sequence
from typing import Any

from flask import Flask

import passkeys.entering as entering
import passkeys.refusals as refusals
import passkeys.service as service
from authsvc.core.cookies import browser_token, require_browser_token
from authsvc.core.errors import NotFound, StepUpRequired
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity.forms import in_service_hours
from authsvc.identity.freezing import BindingsFrozen
from authsvc.identity.hours import OutsideServiceHours
from authsvc.identity.models import SessionView
from authsvc.identity.schemas import SessionOut
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.identity.views import enter
from passkeys.models import Passkey
from passkeys.schemas import PasskeyIn, PasskeyLoginIn, PasskeyNameIn, PasskeyOfferOut, PasskeyOut

bp = ApiBlueprint("passkeys", __name__, url_prefix="/api/v1", description="Passkeys")
ADD_REFUSALS = (LoginRequired, StepUpRequired, BindingsFrozen, OnlineServicesSuspended, refusals.PasskeyLimitReached)


@bp.route("/passkey-offers", methods=["POST"])
@door("session")
@bp.response(201, PasskeyOfferOut)
@bp.refuses(*ADD_REFUSALS)
def offer_passkey() -> service.PasskeyOffer:
    """Ask, within five minutes of a login with the card, for what a passkey is made by."""
    return service.offer(kit(), who(), browser=require_browser_token(kit().settings))


@bp.route("/passkeys", methods=["POST"])
@door("session")
@bp.arguments(PasskeyIn)
@bp.response(201, PasskeyOut)
@bp.refuses(*ADD_REFUSALS, refusals.PasskeyChallengeRefused, refusals.PasskeyNotAdded)
def add_passkey(body: dict[str, Any]) -> Passkey:
    """Add a passkey."""
    return service.add(kit(), who(), browser=browser_token(kit().settings), **body)


@bp.route("/passkeys", methods=["GET"])
@door("session")
@bp.response(200, PasskeyOut(many=True))
@bp.refuses(LoginRequired)
def my_passkeys() -> Sequence[Passkey]:
    """List the person's passkeys, the newest first."""
    return service.list_passkeys(kit(), person_id=who().person_id)


@bp.route("/passkeys/<passkey_id>", methods=["PATCH"])
@door("session")
@bp.arguments(PasskeyNameIn)
@bp.response(200, PasskeyOut)
@bp.refuses(LoginRequired, NotFound)
def rename_passkey(body: dict[str, str], passkey_id: str) -> Passkey:
    """Give a passkey another name."""
    return service.rename(kit(), passkey_id=passkey_id, person_id=who().person_id, **body)


@bp.route("/passkeys/<passkey_id>", methods=["DELETE"])
@door("session")
@bp.response(204)
@bp.refuses(LoginRequired, NotFound)
def remove_passkey(passkey_id: str) -> None:
    """Remove a passkey; what other browsers opened by a passkey ends."""
    service.remove(kit(), who(), passkey_id=passkey_id)


@bp.route("/passkey-challenges", methods=["POST"])
@door("anyone")
@bp.response(201, PasskeyOfferOut)
def make_challenge() -> service.PasskeyOffer:
    """Ask for what a passkey answers to log in; it names nobody."""
    return entering.offer(kit(), browser=require_browser_token(kit().settings))


@bp.route("/sessions/passkey", methods=["POST"])
@door("anyone")
@in_service_hours
@bp.arguments(PasskeyLoginIn)
@bp.response(201, SessionOut)
@bp.refuses(
    refusals.PasskeyChallengeRefused,
    refusals.PasskeyRefused,
    refusals.PasskeyCopied,
    OnlineServicesSuspended,
    OutsideServiceHours,
)
def log_in(body: dict[str, Any]) -> SessionView:
    """Open a session with a passkey that verified its user."""
    return enter(entering.log_in(kit(), browser=browser_token(kit().settings), **body))


def register(app: Flask) -> None:
    """Put the calls on the API."""
    app.extensions["api"].register_blueprint(bp)
