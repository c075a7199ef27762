"""The calls about cards and sessions."""

from collections.abc import Sequence
from typing import Any

from flask import Flask

import authsvc.identity.cards as cards
import authsvc.identity.challenges as challenges
import authsvc.identity.history as history
import authsvc.identity.login as login
import authsvc.identity.sessions as sessions
from authsvc.core.cookies import browser_token, give_browser_token, require_browser_token
from authsvc.core.errors import NotFound, Throttled, Unavailable
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity.models import CardChallenge, LiveSession, SessionView
from authsvc.identity.readerfaults import ReaderFault, find_faults
from authsvc.identity.revocation import RevocationUnknown
from authsvc.identity.schemas import (
    CardLoginIn,
    ChallengeIn,
    ChallengeOut,
    HistoryIn,
    HistoryOut,
    LiveSessionOut,
    ReaderFaultOut,
    ReaderFaultsIn,
    SessionOut,
)
from authsvc.identity.sessions import OpenedSession

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


def enter(opened: OpenedSession) -> SessionView:
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


@bp.route("/sessions/card", methods=["POST"])
@door("anyone")
@bp.arguments(CardLoginIn)
@bp.response(201, SessionOut)
@bp.refuses(*CARD_REFUSALS, login.CardNotRegistered, login.PasswordWrong, login.OnlineServicesSuspended, Throttled)
def log_in_by_card(body: dict[str, Any]) -> SessionView:
    """Open a session with the card and its registration password."""
    return enter(login.log_in_by_card(kit(), browser=browser_token(kit().settings), **body))


@bp.route("/sessions/current", methods=["GET"])
@door("session")
@bp.response(200, SessionOut)
@bp.refuses(LoginRequired)
def show_session() -> SessionView:
    """Show the session of this browser."""
    view: SessionView = who()
    return view


@bp.route("/sessions/current", methods=["DELETE"])
@door("session")
@bp.response(204)
@bp.refuses(LoginRequired, NotFound)
def log_out() -> None:
    """End the session of this browser."""
    sessions.end_session(kit(), view=who(), session_id=who().id)


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
