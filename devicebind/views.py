"""The calls about device codes, phones and their tokens."""

from collections.abc import Sequence
from typing import Any

from flask import Flask

from authsvc.core.document import PROBLEM_JSON
from authsvc.core.errors import NotFound, StepUpRequired, Throttled
from authsvc.core.schema import WaitIn
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity import devices, doors, dpop, tokens
from authsvc.identity.freezing import BindingsFrozen
from authsvc.identity.schemas import MadeCodeOut
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.identity.sweeps import TypedCodesPaused
from authsvc.identity.tokens import Tokens
from authsvc.identity.ways import MadeCode
from devicebind.binding import Binding
from devicebind.keychange import KeyChangeRefused, NewKeys, change_keys
from devicebind.moves import MadeMove, MoveRefused, begin_move
from devicebind.phones import ShownPhone, list_phones, remove_phone, rename_phone, show_phone
from devicebind.schemas import (
    AlreadyRefreshedOut,
    BindIn,
    BindingOut,
    CodeStatusOut,
    KeysIn,
    ListedDeviceOut,
    MoveOut,
    NameIn,
    NewKeysOut,
    OwnDeviceOut,
    RefreshIn,
    SignedIn,
    TokensOut,
    VoucherIn,
    VoucherOut,
    new_phone,
)
from devicebind.service import CodeStatus, DeviceCodeRefused, bind_phone, follow_code, make_code
from devicebind.vouchers import Voucher, VoucherRefused, make_voucher, use_voucher

bp = ApiBlueprint("devicebind", __name__, url_prefix="/api/v1", description="Phones: binding, tokens, management")
APP_REFUSALS = (LoginRequired, dpop.NonceRequired, *doors.REFUSALS)
KEY_REFUSALS = (LoginRequired, dpop.NonceRequired, dpop.ProofRefused)


@bp.route("/device-codes", methods=["POST"])
@door("session")
@bp.response(201, MadeCodeOut)
@bp.refuses(LoginRequired, StepUpRequired, OnlineServicesSuspended, BindingsFrozen)
def code() -> MadeCode:
    """Make a device code within five minutes of a card login; it voids the older one."""
    return make_code(kit(), view=who())


@bp.route("/device-codes/<code_id>", methods=["GET"])
@door("session")
@bp.arguments(WaitIn, location="query")
@bp.response(200, CodeStatusOut)
@bp.refuses(LoginRequired, NotFound)
def code_status(query: dict[str, Any], code_id: str) -> CodeStatus:
    """Tell how an own code stands, at the latest after `wait` seconds."""
    return follow_code(kit(), code_id=code_id, person_id=who().person_id, **query)


@bp.route("/devices", methods=["POST"])
@door("new_key")
@bp.arguments(BindIn)
@bp.response(201, BindingOut)
@bp.refuses(*KEY_REFUSALS, DeviceCodeRefused, OnlineServicesSuspended, Throttled, TypedCodesPaused)
@bp.refuses(devices.DeviceLimitReached, devices.KeyAlreadyBound, BindingsFrozen)
def bind(body: dict[str, Any]) -> Binding:
    """Bind the phone whose key made the proof, by a device code."""
    return bind_phone(kit(), phone=new_phone(who(), body), **body)


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
@bp.response(200, ListedDeviceOut(many=True))
@bp.refuses(*APP_REFUSALS)
def phones_of_mine() -> Sequence[ShownPhone]:
    """List the person's bound phones, the newest first."""
    return list_phones(kit(), person_id=who().person_id)


@bp.route("/devices/<device_id>", methods=["PATCH"])
@door("app", "session")
@bp.arguments(NameIn)
@bp.response(200, ListedDeviceOut)
@bp.refuses(*APP_REFUSALS, NotFound)
def rename(body: dict[str, str], device_id: str) -> ShownPhone:
    """Give a phone of this person another name."""
    return rename_phone(kit(), device_id=device_id, person_id=who().person_id, **body)


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


@bp.route("/devices/<device_id>/keys", methods=["POST"])
@door("app")
@bp.arguments(KeysIn)
@bp.response(200, NewKeysOut)
@bp.refuses(*APP_REFUSALS, KeyChangeRefused, NotFound, devices.KeyAlreadyBound)
def keys(body: dict[str, Any], device_id: str) -> NewKeys:
    """Put new keys in the place of this phone's old ones: proof by the old key, a JWS over a nonce by the new one."""
    return change_keys(kit(), app=who(), device_id=device_id, **body)


@bp.route("/devices/<device_id>/voucher", methods=["GET"])
@door("session")
@bp.response(200, VoucherOut)
@bp.refuses(LoginRequired, StepUpRequired, NotFound)
def voucher(device_id: str) -> Voucher:
    """Give the revocation voucher of an own phone, to a session opened by card."""
    return make_voucher(kit(), device_id=device_id, view=who())


@bp.route("/device-moves", methods=["POST"])
@door("app")
@bp.arguments(SignedIn)
@bp.response(201, MoveOut)
@bp.refuses(*APP_REFUSALS, MoveRefused, StepUpRequired, BindingsFrozen)
def move(body: dict[str, str]) -> MadeMove:
    """Make the code by which a new phone takes this phone's place: JWS `authsvc-move+jwt` by this phone's key."""
    return begin_move(kit(), app=who(), **body)


@bp.route("/device-revocations", methods=["POST"])
@door("anyone")
@bp.arguments(VoucherIn)
@bp.response(204)
@bp.refuses(VoucherRefused, Throttled)
def revoke(body: dict[str, str]) -> None:
    """Cut off the phone that a genuine voucher names; the answer is the same where it was cut off before."""
    use_voucher(kit(), **body)


def register(app: Flask) -> None:
    """Put these calls on the API."""
    app.extensions["api"].register_blueprint(bp)
