"""The calls about device codes, phones and their tokens."""

from collections.abc import Sequence
from typing import Any

from flask import Flask

from authsvc.core.errors import NotFound, StepUpRequired, Throttled
from authsvc.core.schema import WaitIn
from authsvc.core.web import PROBLEM_JSON, ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity import devices, doors, dpop, tokens
from authsvc.identity.login import OnlineServicesSuspended
from authsvc.identity.models import Device
from authsvc.identity.tokens import Tokens
from devicebind.binding import Binding
from devicebind.phones import list_phones, remove_phone, show_phone
from devicebind.schemas import (
    AlreadyRefreshedOut,
    BindIn,
    BindingOut,
    CodeStatusOut,
    DeviceOut,
    MadeCodeOut,
    OwnDeviceOut,
    RefreshIn,
    TokensOut,
)
from devicebind.service import DeviceCodeRefused, MadeCode, bind_phone, follow_code, make_code

bp = ApiBlueprint("devicebind", __name__, url_prefix="/api/v1", description="Phones: binding, tokens, management")
APP_REFUSALS = (LoginRequired, dpop.NonceRequired, *doors.REFUSALS)
KEY_REFUSALS = (LoginRequired, dpop.NonceRequired, dpop.ProofRefused)


@bp.route("/device-codes", methods=["POST"])
@door("session")
@bp.response(201, MadeCodeOut)
@bp.refuses(LoginRequired, StepUpRequired)
def code() -> MadeCode:
    """Make a device code within five minutes of a card login; it voids the older one."""
    return make_code(kit(), view=who())


@bp.route("/device-codes/<code_id>", methods=["GET"])
@door("session")
@bp.arguments(WaitIn, location="query")
@bp.response(200, CodeStatusOut)
@bp.refuses(LoginRequired, NotFound)
def code_status(query: dict[str, Any], code_id: str) -> dict[str, str]:
    """Tell how an own code stands, at the latest after `wait` seconds."""
    return {"status": follow_code(kit(), code_id=code_id, person_id=who().person_id, **query)}


@bp.route("/devices", methods=["POST"])
@door("new_key")
@bp.arguments(BindIn)
@bp.response(201, BindingOut)
@bp.refuses(*KEY_REFUSALS, DeviceCodeRefused, OnlineServicesSuspended, Throttled)
@bp.refuses(devices.DeviceLimitReached, devices.KeyAlreadyBound)
def bind(body: dict[str, Any]) -> Binding:
    """Bind the phone whose key made the proof, by a device code."""
    return bind_phone(kit(), key=who(), **body)


@bp.route("/tokens/refresh", methods=["POST"])
@door("new_key")
@bp.arguments(RefreshIn)
@bp.response(200, TokensOut)
@bp.refuses(*APP_REFUSALS)
@bp.alt_response(
    409, schema=AlreadyRefreshedOut, content_type=PROBLEM_JSON, description=f"`{tokens.AlreadyRefreshed.code}`"
)
def refresh(body: dict[str, str]) -> Tokens:
    """Exchange a refresh token once; a reply that was lost is repeated in the refusal."""
    return tokens.refresh(kit(), key=who(), **body)


@bp.route("/tokens/recoveries", methods=["POST"])
@door("fresh_key")
@bp.response(200, TokensOut)
@bp.refuses(*APP_REFUSALS)
def recover() -> Tokens:
    """Give a bound phone new tokens for a proof over a nonce of ours."""
    return tokens.recover(kit(), key=who())


@bp.route("/me/device", methods=["GET"])
@door("app")
@bp.response(200, OwnDeviceOut)
@bp.refuses(*APP_REFUSALS, NotFound)
def me() -> dict[str, Any]:
    """Show the phone that asks, and the time here."""
    device = show_phone(kit(), device_id=who().device_id, person_id=who().person_id)
    return vars(device) | {"server_time": kit().clock.now()}


@bp.route("/devices", methods=["GET"])
@door("app", "session")
@bp.response(200, DeviceOut(many=True))
@bp.refuses(*APP_REFUSALS)
def phones_of_mine() -> Sequence[Device]:
    """List the person's bound phones, the newest first."""
    return list_phones(kit(), person_id=who().person_id)


@bp.route("/devices/<device_id>", methods=["DELETE"])
@door("app", "session")
@bp.response(204)
@bp.refuses(*APP_REFUSALS, NotFound)
def unbind(device_id: str) -> None:
    """Unbind a phone of this person."""
    remove_phone(kit(), device_id=device_id, person_id=who().person_id, why="unbound")


@bp.route("/devices/<device_id>/loss-reports", methods=["POST"])
@door("app", "session")
@bp.response(204)
@bp.refuses(*APP_REFUSALS, NotFound)
def report_lost(device_id: str) -> None:
    """Report a phone of this person lost: it is unbound and everything of it ends at once."""
    remove_phone(kit(), device_id=device_id, person_id=who().person_id, why="lost")


def register(app: Flask) -> None:
    """Put these calls on the API."""
    app.extensions["api"].register_blueprint(bp)
