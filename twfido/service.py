"""Logging in by TW FidO: begin, follow, go on. The provider is asked by whoever has the turn, never faster than 4 s."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

import twfido.codes as codes
from authsvc.core import audit
from authsvc.core.agents import describe
from authsvc.core.db import claim
from authsvc.core.errors import NotFound, Unavailable
from authsvc.core.keys import new_id, new_token
from authsvc.core.kit import Kit, source_of
from authsvc.core.throttle import Limit
from authsvc.identity import sessions, standing
from authsvc.identity.models import Person, Proof
from twfido.logins import COLLECT_WITHIN, GRACE, USED, LoginView, place_of, require_own, status_of, view, void
from twfido.models import TwfidoLogin
from twfido.party import TwFido
from twfido.refusals import TwfidoExpired, TwfidoNotApproved, TwfidoUnavailable
from twfido.verdict import APPROVED, Verdict, judge
from twfido.wire import Asked, NotBelieved, Ticket, signed_data

LIFE: Final = timedelta(seconds=180)
ASK_EVERY: Final = timedelta(seconds=4.25)  # TW FidO wants 4 between two arrivals; the way there is not always as long
KEEP: Final = timedelta(hours=1)
STARTS: Final = Limit(scope="twfido-start", tries=60, pause=timedelta(seconds=30), forgets=timedelta(minutes=1))
# By typed ID and address: no secret is typed here, and a stranger must not pause an ID for its owner elsewhere.
OF_ONE_ID: Final = Limit(scope="twfido-id", tries=5, pause=timedelta(seconds=60), forgets=timedelta(minutes=15))


def begin(
    kit: Kit,
    *,
    national_id: str,
    birth_date: date,
    browser: str,
    mode: str = "scan",
    unit_code: str | None = None,
    appoint_managers: bool = False,
) -> LoginView:
    """Begin a login for this browser. Nobody is looked up: what happens is the same whoever has this ID.

    Raise `Throttled`, `TwfidoRefused` or `TwfidoUnavailable`.
    """
    kit.throttle.spend(STARTS, kit.source_index)
    claimed = kit.keys.index("twfido-claim", f"{national_id}|{source_of(kit.caller.source)}")
    kit.throttle.spend(OF_ONE_ID, claimed)
    now, nonce = kit.clock.now(), new_token(32)
    asked = _asked(kit, national_id, mode=mode, nonce=nonce)
    ticket = _ticket(kit, asked, claimed=claimed, at=now)
    login = _new_login(kit, asked, ticket, at=now)
    login.browser_digest, login.claim, login.nonce = kit.keys.mac("browser", browser), claimed, nonce
    login.birth_date = place_of(kit, login.id).seal("birth_date", birth_date.isoformat())
    login.unit_code, login.appoint_managers = unit_code, appoint_managers
    with kit.begin() as session:
        void(session, TwfidoLogin.browser_digest == login.browser_digest, reason="replaced")
        session.add(login)
        audit.record(session, kit, "twfido.begun", object=login.id)
    return view(kit, login, at=now)


def _ticket(kit: Kit, asked: Asked, *, claimed: bytes, at: datetime) -> Ticket:
    """Return a ticket of TW FidO's; its being down is charged to the address only, not to the person."""
    try:
        with audit.audited(kit, "twfido.begun"):
            return kit.port(TwFido).open(asked, at=at)  # type: ignore[type-abstract]
    except TwfidoUnavailable:
        with kit.begin() as session:
            kit.throttle.forgive(session, OF_ONE_ID, claimed)
        raise


def _asked(kit: Kit, national_id: str, *, mode: str, nonce: str) -> Asked:
    origin, transaction_id = kit.settings.public_origin, str(uuid4())
    return Asked(
        transaction_id=transaction_id,
        national_id=national_id,
        mode=mode,
        # What the phone shows beside our name: where one would be logged in, and what kind of browser asks.
        hint=f"登入 {urlsplit(origin).hostname} · {describe(kit.caller.user_agent)}"[:100],
        data=signed_data(origin=origin, transaction_id=transaction_id, nonce=nonce),
        seconds=int(LIFE.total_seconds()),
    )


def _new_login(kit: Kit, asked: Asked, ticket: Ticket, *, at: datetime) -> TwfidoLogin:
    login_id = new_id()
    place = place_of(kit, login_id)
    return TwfidoLogin(
        id=login_id,
        national_id=place.seal("national_id", asked.national_id),
        mode=asked.mode,
        transaction_id=asked.transaction_id,
        ticket_id=ticket.id,
        ticket=place.seal("ticket", ticket.text),
        state=codes.WAITING,
        created_at=at,
        expires_at=at + LIFE,
        asked_at=at,
    )


def follow(kit: Kit, *, login_id: str, browser: str | None) -> LoginView:
    """Return this browser's login as it stands, after asking TW FidO where it is time to; raise `NotFound`."""
    now = kit.clock.now()
    with kit.read() as session:
        login = require_own(session, kit, login_id, browser)
    mine_to_ask = update(TwfidoLogin).where(
        TwfidoLogin.id == login_id,
        TwfidoLogin.state == codes.WAITING,
        TwfidoLogin.asked_at <= now - ASK_EVERY,
        TwfidoLogin.expires_at > now - GRACE,
    )
    if login.state == codes.WAITING and login.asked_at <= now - ASK_EVERY:
        with kit.begin() as session:
            has_turn = claim(session, mine_to_ask.values(asked_at=now))
        if has_turn:
            login = _settle(kit, login, _ask(kit, login, at=now), at=now)
    return view(kit, login, at=now)


def _ask(kit: Kit, login: TwfidoLogin, *, at: datetime) -> Verdict:
    try:
        answer = kit.port(TwFido).ask(  # type: ignore[type-abstract]
            transaction_id=login.transaction_id, ticket_id=login.ticket_id
        )
        return judge(kit, login, answer, at=at)
    except NotBelieved:
        return Verdict(state=codes.FAILED, reason="not_believed")
    except Unavailable:
        return Verdict(state=codes.WAITING, reason=codes.SILENCE)


def _settle(kit: Kit, login: TwfidoLogin, verdict: Verdict, *, at: datetime) -> TwfidoLogin:
    """Write a verdict down, unless the login ended meanwhile, and return how it stands now."""
    undecided = update(TwfidoLogin).where(TwfidoLogin.id == login.id, TwfidoLogin.state == codes.WAITING)
    with kit.begin() as session:
        if verdict.state == codes.WAITING:
            claim(session, undecided.values(trouble=verdict.reason))
        elif claim(session, undecided.values(**vars(verdict), trouble=None, decided_at=at)):
            action = "twfido.approved" if verdict.state == APPROVED else "twfido.ended"
            outcome = verdict.reason or "done"
            audit.record(session, kit, action, actor=verdict.person_id, object=login.id, outcome=outcome)
        return session.get_one(TwfidoLogin, login.id)


def collect(kit: Kit, *, login_id: str, browser: str | None) -> sessions.OpenedSession:
    """Open the session of an approved login, once, in the browser that began it; raise the refusal that fits."""
    now = kit.clock.now()
    approved = update(TwfidoLogin).where(
        TwfidoLogin.id == login_id, TwfidoLogin.state == APPROVED, TwfidoLogin.decided_at > now - COLLECT_WITHIN
    )
    with audit.audited(kit, "login.twfido"), kit.begin() as session:
        login = require_own(session, kit, login_id, browser)
        if status_of(login, at=now) == codes.EXPIRED:
            raise TwfidoExpired
        if login.person_id is None:
            raise TwfidoNotApproved
        standing.require_active(session, login.person_id)  # first: a suspension locks in the same order
        if not claim(session, approved.values(state=USED)):
            raise TwfidoNotApproved
        kit.throttle.forgive(session, OF_ONE_ID, login.claim)
        # The key is in a phone and nobody told us how it is kept; PIN and finger are the app's word.
        proof = Proof(person_id=login.person_id, acr="twfido", amr=("swk",), at=now, tab_bound=False)
        purpose = {"unit_code": login.unit_code, "appoint_managers": login.appoint_managers}
        opened = sessions.open_session(session, kit, replace(proof, **purpose))  # type: ignore[arg-type]
        # The browser's cookie changes here; its login stays its own, so that it can be told "used".
        login.browser_digest = kit.keys.mac("browser", opened.token)
        return opened


def cancel(kit: Kit, *, login_id: str, browser: str | None) -> None:
    """End a login that is not over or collected yet; raise `NotFound` or `TwfidoNotApproved`."""
    with kit.begin() as session:
        require_own(session, kit, login_id, browser)
        if not void(session, TwfidoLogin.id == login_id, reason="cancelled"):
            raise TwfidoNotApproved
        audit.record(session, kit, "twfido.ended", object=login_id, outcome="cancelled")


def end_for_person(session: Session, kit: Kit, person: Person) -> None:
    """End what a person just suspended approved and no browser collected yet."""
    del kit
    void(session, TwfidoLogin.person_id == person.id, reason="suspended")


def purge(kit: Kit) -> None:
    """Forget logins, and the IDs that were typed, an hour after their end."""
    over = kit.clock.now() - KEEP
    with kit.begin() as session:
        session.execute(delete(TwfidoLogin).where(TwfidoLogin.expires_at < over))


def qr_text(kit: Kit, *, login_id: str, browser: str | None) -> str:
    """Return what the QR code of this browser's login says, without asking anybody; raise `NotFound`."""
    with kit.read() as session:
        login = require_own(session, kit, login_id, browser)
    text = view(kit, login, at=kit.clock.now()).qr_text
    if text is None:
        raise NotFound
    return text
