"""The calls of the counter."""

from typing import Any

from flask import Flask

import counter.acts as acts
import counter.registering as registering
import counter.reissued as reissued
import counter.schemas as schemas
import counter.service as service
import counter.sessions as sessions
from authsvc.core.cookies import browser_token, give_browser_token
from authsvc.core.errors import Invalid, NotFound, Throttled
from authsvc.core.schema import WaitIn
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity import suspension
from authsvc.identity.accounts import AlreadyRegistered
from authsvc.identity.evidence import HouseholdNotConfirmed
from authsvc.identity.freezing import BindingsFrozen
from authsvc.identity.login import CardNotRegistered
from authsvc.identity.schemas import MadeCodeOut
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.identity.views import CARD_REFUSALS
from authsvc.identity.ways import MadeCode
from counter.models import StaffView

bp = ApiBlueprint("counter", __name__, url_prefix="/api/v1/counter", description="The counter, for staff")
ACT_REFUSALS = (LoginRequired, acts.RoleMissing, acts.LookFirst, Invalid)


def browser() -> str | None:
    """Return the secret of this browser, to which a card's challenge is tied."""
    return browser_token(kit().settings)


@bp.route("/sessions", methods=["POST"])
@door("anyone")
@bp.arguments(schemas.StaffLoginIn)
@bp.response(201, schemas.StaffOut)
@bp.refuses(*CARD_REFUSALS, sessions.StaffRefused)
def log_in(body: dict[str, Any]) -> StaffView:
    """Open the counter with a member of staff's certificate and PIN; a person's session in this browser ends."""
    opened = sessions.log_in(kit(), browser=browser(), **body)
    give_browser_token(kit().settings, opened.token)
    return opened.view


@bp.route("/sessions/current", methods=["GET"])
@door("staff")
@bp.response(200, schemas.StaffOut)
@bp.refuses(LoginRequired)
def show_session() -> StaffView:
    """Show who stands at the counter."""
    view: StaffView = who()
    return view


@bp.route("/sessions/current", methods=["DELETE"])
@door("staff")
@bp.response(204)
@bp.refuses(LoginRequired)
def log_out() -> None:
    """Leave the counter."""
    sessions.log_out(kit(), staff=who())


@bp.route("/looks", methods=["POST"])
@door("counter")
@bp.arguments(schemas.LookIn)
@bp.response(201, schemas.FoundOut)
@bp.refuses(
    LoginRequired,
    acts.RoleMissing,
    *CARD_REFUSALS,
    service.NobodyFound,
    acts.OwnRecord,
    CardNotRegistered,
    Invalid,
    Throttled,
)
def look(body: dict[str, Any]) -> dict[str, str]:
    """Open a person's record for a quarter of an hour, by their card, or by ID and birth date."""
    return {"id": service.find_person(kit(), staff=who(), browser=browser(), **body)}


@bp.route("/registrations", methods=["POST"])
@door("counter")
@bp.arguments(schemas.RegistrationIn)
@bp.response(201, schemas.FoundOut)
@bp.refuses(LoginRequired, acts.RoleMissing, *CARD_REFUSALS, HouseholdNotConfirmed, acts.OwnRecord, Invalid, Throttled)
@bp.refuses(registering.RegisteredAlready, AlreadyRegistered)
def register(body: dict[str, Any]) -> dict[str, str]:
    """Register a person on sight of their documents; no mail needs to be confirmed."""
    return {"id": registering.register(kit(), staff=who(), browser=browser(), **body)}


@bp.route("/people/<person_id>", methods=["GET"])
@door("counter")
@bp.response(200, schemas.RecordOut)
@bp.refuses(LoginRequired, acts.RoleMissing, acts.LookFirst)
def show_person(person_id: str) -> service.Record:
    """Show a record that was opened."""
    return service.show_person(kit(), staff=who(), person_id=person_id)


@bp.route("/people/<person_id>/cards", methods=["POST"])
@door("counter")
@bp.arguments(schemas.NewCardIn)
@bp.response(204)
@bp.refuses(*ACT_REFUSALS, *CARD_REFUSALS, HouseholdNotConfirmed, Throttled, OnlineServicesSuspended)
@bp.refuses(service.CardOfAnother, reissued.SameCard)
def replace_card(body: dict[str, Any], person_id: str) -> None:
    """Pin the new card of the person, which is in the reader; the old one and all logins end."""
    reissued.replace_card(kit(), staff=who(), person_id=person_id, browser=browser(), **body)


@bp.route("/people/<person_id>/device-codes", methods=["POST"])
@door("counter")
@bp.arguments(schemas.CodeIn)
@bp.response(201, MadeCodeOut)
@bp.refuses(*ACT_REFUSALS, *CARD_REFUSALS, service.CardOfAnother, CardNotRegistered, NotFound)
@bp.refuses(OnlineServicesSuspended, BindingsFrozen)
def make_code(body: dict[str, Any], person_id: str) -> MadeCode:
    """Make a device code for the person whose card is in the reader."""
    return service.make_code(kit(), staff=who(), person_id=person_id, browser=browser(), **body)


@bp.route("/people/<person_id>/device-codes/<code_id>", methods=["GET"])
@door("counter")
@bp.arguments(WaitIn, location="query")
@bp.response(200, schemas.CounterCodeOut)
@bp.refuses(LoginRequired, acts.RoleMissing, acts.LookFirst, NotFound)
def code_status(query: dict[str, Any], person_id: str, code_id: str) -> dict[str, str]:
    """Tell how a code stands, at the latest after `wait` seconds."""
    return {"status": service.follow_code(kit(), staff=who(), person_id=person_id, code_id=code_id, **query)}


@bp.route("/people/<person_id>/devices/<device_id>/removals", methods=["POST"])
@door("counter")
@bp.arguments(schemas.RemovalIn)
@bp.response(204)
@bp.refuses(*ACT_REFUSALS, NotFound)
def remove_phone(body: dict[str, Any], person_id: str, device_id: str) -> None:
    """Unbind a phone of the person, or report it lost."""
    service.remove_phone(kit(), staff=who(), person_id=person_id, device_id=device_id, **body)


@bp.route("/people/<person_id>/suspensions", methods=["POST"])
@door("counter")
@bp.arguments(schemas.ReasonIn)
@bp.response(204)
@bp.refuses(*ACT_REFUSALS, suspension.AlreadySuspended)
def suspend(body: dict[str, Any], person_id: str) -> None:
    """Suspend the person's online services: all that is open ends at once."""
    service.suspend(kit(), staff=who(), person_id=person_id, **body)


@bp.route("/people/<person_id>/restorations", methods=["POST"])
@door("counter")
@bp.arguments(schemas.ReasonIn)
@bp.response(204)
@bp.refuses(*ACT_REFUSALS, suspension.NotSuspended)
def restore(body: dict[str, Any], person_id: str) -> None:
    """Restore the person's online services; phones are bound anew."""
    service.restore(kit(), staff=who(), person_id=person_id, **body)


def include(app: Flask) -> None:
    """Put these calls on the API."""
    app.extensions["api"].register_blueprint(bp)
