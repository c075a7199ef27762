"""The calls about cards and sessions."""

from collections.abc import Sequence
from typing import Any, TypeVar

from flask import Flask

import authsvc.identity.authenticators as authenticators
import authsvc.identity.cards as cards
import authsvc.identity.challenges as challenges
import authsvc.identity.doors as doors
import authsvc.identity.dpop as dpop
import authsvc.identity.freezing as freezing
import authsvc.identity.history as history
import authsvc.identity.leaving as leaving
import authsvc.identity.login as login
import authsvc.identity.sessions as sessions
from authsvc.core.cookies import browser_token, give_browser_token, require_browser_token
from authsvc.core.errors import NotFound, StepUpRequired, Throttled, Unavailable
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity.credentials import AuthenticatorIn, AuthenticatorOfferOut, AuthenticatorOut
from authsvc.identity.forms import in_service_hours
from authsvc.identity.hours import OutsideServiceHours
from authsvc.identity.models import Authenticator, CardChallenge, LiveSession, SessionView
from authsvc.identity.opened import Entered
from authsvc.identity.readerfaults import ReaderFault, find_faults
from authsvc.identity.revocation import RevocationUnknown
from authsvc.identity.schemas import (
    CardLoginIn,
    ChallengeIn,
    ChallengeOut,
    HistoryIn,
    HistoryOut,
    LiveSessionOut,
    NonceOut,
    ReaderFaultOut,
    ReaderFaultsIn,
    SessionOut,
)
from authsvc.identity.standing import OnlineServicesSuspended
from authsvc.identity.units import UnitView

bp = ApiBlueprint("identity", __name__, url_prefix="/api/v1", description="Cards and sessions")
CARD_REFUSALS = (
    cards.CardNotRecognised,
    cards.CardExpired,
    cards.CardRevoked,
    cards.CardSignatureWrong,
    challenges.ChallengeRefused,
    RevocationUnknown,
    Unavailable,
)

Shown = TypeVar("Shown")
APP_REFUSALS = (LoginRequired, NotFound, dpop.NonceRequired, *doors.REFUSALS)


def enter(opened: Entered[Shown]) -> Shown:
    """Hand the browser its new cookie and return the session to show."""
    give_browser_token(kit().settings, opened.token)
    return opened.view


@bp.route("/card-challenges", methods=["POST"])
@door("anyone")
@bp.arguments(ChallengeIn)
@bp.response(201, ChallengeOut)
def make_challenge(body: dict[str, Any]) -> CardChallenge:
    """Ask for a nonce that the card signs."""
    return challenges.issue(kit(), browser=require_browser_token(kit().settings), **body)


@bp.route("/nonces", methods=["POST"])
@door("anyone")
@bp.response(201, NonceOut)
def make_nonce() -> dpop.Nonce:
    """Ask for a nonce for proofs and key attestations, good for five minutes."""
    return dpop.offer_nonce(kit())


@bp.route("/sessions/card", methods=["POST"])
@door("anyone")
@in_service_hours
@bp.arguments(CardLoginIn)
@bp.response(201, SessionOut)
@bp.refuses(
    *CARD_REFUSALS,
    login.CardNotRegistered,
    login.PasswordWrong,
    OnlineServicesSuspended,
    OutsideServiceHours,
    Throttled,
)
def log_in_by_card(body: dict[str, Any]) -> SessionView:
    """Open a session with the card and its registration password."""
    return enter(login.log_in_by_card(kit(), browser=browser_token(kit().settings), **body))


@bp.route("/sessions/current", methods=["GET"])
@door("session", "unit")
@bp.response(200, SessionOut)
@bp.refuses(LoginRequired)
def show_session() -> SessionView | UnitView:
    """Show the session of this browser, a person's or a unit's."""
    view: SessionView | UnitView = who()
    return view


@bp.route("/sessions/current", methods=["DELETE"])
@door("session", "unit")
@bp.response(204)
@bp.refuses(LoginRequired, NotFound)
def log_out() -> None:
    """End the session of this browser."""
    leaving.log_out(kit(), who())


@bp.route("/me/sessions", methods=["GET"])
@door("session")
@bp.response(200, LiveSessionOut(many=True))
@bp.refuses(LoginRequired)
def my_sessions() -> Sequence[LiveSession]:
    """List where the person is logged in: this browser first, then the others, the last used before the rest."""
    return sessions.list_sessions(kit(), view=who())


@bp.route("/me/sessions/<session_id>", methods=["DELETE"])
@door("session")
@bp.response(204)
@bp.refuses(LoginRequired, NotFound)
def end_my_session(session_id: str) -> None:
    """End any one of the person's sessions."""
    sessions.end_session(kit(), view=who(), session_id=session_id)


@bp.route("/me/sessions", methods=["DELETE"])
@door("session")
@bp.response(204)
@bp.refuses(LoginRequired)
def end_my_other_sessions() -> None:
    """End all sessions of the person but this one."""
    sessions.end_other_sessions(kit(), view=who())


@bp.route("/me/events", methods=["GET"])
@door("session")
@bp.arguments(HistoryIn, location="query")
@bp.response(200, HistoryOut)
@bp.refuses(LoginRequired)
def my_events(query: dict[str, Any]) -> history.HistoryPage:
    """Show the person's own security events, the newest first, page by page."""
    return history.show_history(kit(), view=who(), **query)


@bp.route("/me/binding-freeze", methods=["PUT"])
@door("app")
@bp.response(204)
@bp.refuses(*APP_REFUSALS)
def freeze_bindings() -> None:
    """Allow the person no new phones until they lift it after a login with their card."""
    freezing.freeze(kit(), who())


@bp.route("/me/binding-freeze", methods=["DELETE"])
@door("session")
@bp.response(204)
@bp.refuses(LoginRequired, StepUpRequired)
def allow_bindings() -> None:
    """Allow new phones again, within five minutes of a login with the card."""
    freezing.lift(kit(), who())


@bp.route("/me/device/authenticators/offers", methods=["POST"])
@door("app")
@bp.response(201, AuthenticatorOfferOut)
@bp.refuses(*APP_REFUSALS, authenticators.AuthenticatorTooLate)
def offer_authenticator() -> dict[str, Any]:
    """Ask, within ten minutes of binding, for what the phone's own authenticator is made with."""
    return {"public_key": authenticators.offer(kit(), who())}


@bp.route("/me/device/authenticators", methods=["POST"])
@door("app")
@bp.arguments(AuthenticatorIn)
@bp.response(201, AuthenticatorOut)
@bp.refuses(*APP_REFUSALS, authenticators.AuthenticatorRefused, authenticators.AuthenticatorTooLate)
def register_authenticator(body: dict[str, Any]) -> Authenticator:
    """Register the phone's own authenticator, in place of an older one."""
    return authenticators.register(kit(), who(), **body)


@bp.route("/reader-errors", methods=["GET"])
@door("anyone")
@bp.arguments(ReaderFaultsIn, location="query")
@bp.response(200, ReaderFaultOut(many=True))
def list_reader_errors(query: dict[str, str]) -> Sequence[ReaderFault]:
    """List the faults of reader, card and certificate, with cause and remedy."""
    return find_faults(query["q"])


def register(app: Flask) -> None:
    """Put these calls on the API."""
    app.extensions["api"].register_blueprint(bp)
