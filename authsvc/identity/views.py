"""The calls about cards and sessions."""

from typing import Any

from flask import Flask

import authsvc.identity.cards as cards
import authsvc.identity.challenges as challenges
import authsvc.identity.login as login
import authsvc.identity.sessions as sessions
from authsvc.core.cookies import browser_token, give_browser_token, require_browser_token
from authsvc.core.errors import NotFound, Throttled, Unavailable
from authsvc.core.web import ApiBlueprint, LoginRequired, door, kit, who
from authsvc.identity.models import CardChallenge, SessionView
from authsvc.identity.revocation import RevocationUnknown
from authsvc.identity.schemas import CardLoginIn, ChallengeIn, ChallengeOut, SessionOut
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
    sessions.end_session(kit(), session_id=who().id)


def register(app: Flask) -> None:
    """Put these calls on the API."""
    app.extensions["api"].register_blueprint(bp)
