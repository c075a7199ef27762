"""Binding a phone by its operator's word: begun with what the person types, answered once with what the phone brings.

Nothing is asked about the person, and nothing learned, before the operator has said that the number is the one of the
phone's own connection. What can be judged without that (the shape of the password) is judged before the code is used.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import devicebind.attempts as attempts
from authsvc.core import audit
from authsvc.core.audit import audited
from authsvc.core.errors import Invalid, NotFound, Problem
from authsvc.core.i18n import N_
from authsvc.core.jose import PublicKey
from authsvc.core.keys import new_token
from authsvc.core.kit import Kit
from authsvc.identity import sweeps
from authsvc.identity.passwords import require_good_password
from authsvc.identity.registry import Registry
from authsvc.identity.registryanswers import Insured
from devicebind.attempts import ANSWERED, BEGAN, Claim, Exchange
from devicebind.binding import Binding, NewPhone, looked_at
from devicebind.enrolment import Account, Proved, enrol
from devicebind.lines import Reason
from devicebind.models import PROVEN, PhoneVerification
from devicebind.operators import Operator
from devicebind.party import Attempt
from devicebind.refusals import (
    DetailsNotConfirmed,
    NotMobileData,
    OperatorNotSupported,
    ResidentOfMainland,
    TelcoUnavailable,
    VerificationOver,
    VerificationRefused,
    refusal_of,
)
from devicebind.telco import Telco
from devicebind.telcowire import Deadline, NoAnswer

CONSENT: Final = "2026-11"
# What an operator's authorization endpoint says to a connection that is none of its lines (OpenID Connect Core 3.1.2.6
# with prompt=none, RFC 6749 section 4.1.2.1); consent_required and faults are the operator's own matter.
NOT_BY_MOBILE_DATA: Final = frozenset({"login_required", "interaction_required", "access_denied"})
# The third symbol names the group since the form of 2021: 0 to 6 foreign nationals, 7 nationals without household
# registration, 8 Hong Kong and Macao, 9 the mainland area (National Immigration Agency, 外來人口統一證號編碼原則).
# The form before, with two letters, put mainland residents and others under the same letter: it does not tell.
MAINLAND: Final = re.compile(r"[A-Z][89]9[0-9]{7}")


@dataclass(frozen=True, kw_only=True)
class Started:
    """A verification that waits for its answer; the phone opens the address over its own mobile data."""

    id: str
    authorization_url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What the operator sent the phone back with: a code or an error, our state, and perhaps who it is (RFC 9207)."""

    state: str
    code: str | None = None
    error: str | None = None
    iss: str | None = None


def start(kit: Kit, *, what: Claim, phone: NewPhone, consent_version: str) -> Started:
    """Begin a verification; raise `Invalid`, `Throttled`, `OperatorNotSupported` or `TelcoUnavailable`."""
    if consent_version != CONSENT:
        raise Invalid({"consent_version": [N_("The text has changed. Please load the page again and read it.")]})
    with audited(kit, BEGAN):
        attempts.spend_tries(kit, key=phone.key, what=what)
        exchange = Exchange(state=new_token(), nonce=new_token(), verifier=new_token(48))
        try:
            deadline = _telco(kit).deadline()
            operator = _require_operator(kit, what.mobile, deadline)
            asked = vars(exchange) | {"redirect_uri": redirect_uri(kit)}
            url = _telco(kit).authorization_url(operator, asked, deadline)
        except NoAnswer as fault:
            raise TelcoUnavailable from fault
    row = attempts.begin(
        kit,
        what=what,
        exchange=exchange,
        phone=looked_at(kit, phone),
        operator=operator.id,
        consent_version=consent_version,
    )
    return Started(id=row.id, authorization_url=url, expires_at=row.expires_at)


def _telco(kit: Kit) -> Telco:
    return kit.port(Telco)  # type: ignore[type-abstract]


def redirect_uri(kit: Kit) -> str:
    """Return where operators send the phone back to."""
    return f"{kit.settings.public_origin}/app/phone"


def _require_operator(kit: Kit, mobile: str, deadline: Deadline) -> Operator:
    """Return who serves a number, before any operator is asked anything."""
    operator = _telco(kit).find_operator(mobile, deadline)
    if operator is None:
        raise OperatorNotSupported
    return operator


def complete(kit: Kit, *, verification_id: str, key: PublicKey, returned: Returned, account: Account | None) -> Binding:
    """Bind the phone where operator and registry confirm; raise the refusal that fits.

    The operator's code is used at most once. After its yes a missing or wrong password, a missing address or too many
    phones can be mended by asking again with the same state within the five minutes.
    """
    row = _require_own(kit, verification_id, key, returned)
    if returned.code is None or account is None:
        raise _turned_back(kit, row, returned.error)
    what = attempts.opened(kit, row)
    if account.password is not None:
        # Only what the person typed themselves: the birth date would be learned by trying it as a password.
        require_good_password(account.password, known=(what.national_id[1:], what.mobile[1:]))
    if row.state == PROVEN:
        insured = _require_insured(_insured(kit, what), what)
    else:
        insured = _ask(kit, row, what, returned.code)
    phone = attempts.phone_of(row, key)
    return enrol(kit, Proved(verification=row, insured=insured, what=what, phone=phone), account)


def _require_own(kit: Kit, verification_id: str, key: PublicKey, returned: Returned) -> PhoneVerification:
    """Return the verification that this key began and this answer belongs to, while it can be answered."""
    with kit.read() as session:
        row = session.get(PhoneVerification, verification_id)
    if row is None or row.jkt != key.jkt:
        raise NotFound
    operator = _telco(kit).operator(row.operator)
    issuer = None if operator is None else _telco(kit).issuer(operator)
    ours = hmac.compare_digest(row.state_digest, attempts.state_digest(kit, returned.state))
    if not ours or returned.iss not in (None, issuer):
        audit.record_refusal(kit, ANSWERED, outcome=VerificationRefused.code, object=row.id)
        raise VerificationRefused
    if not attempts.is_open(row, at=kit.clock.now()):
        audit.record_refusal(kit, ANSWERED, outcome=VerificationOver.code, object=row.id)
        raise VerificationOver
    return row


def _turned_back(kit: Kit, row: PhoneVerification, error: str | None) -> Problem:
    """Return what an error of the authorization endpoint means, with the verification at its end."""
    attempts.take(kit, row)
    refusal = NotMobileData() if error in NOT_BY_MOBILE_DATA else TelcoUnavailable()
    attempts.end(kit, row, refusal)
    return refusal


def _ask(kit: Kit, row: PhoneVerification, what: Claim, code: str) -> Insured:
    """Ask operator and registry, once, and remember a yes; raise the refusal that fits, which ends the verification."""
    attempts.take(kit, row)
    try:
        reason = _verdict(kit, row, what, code)
        if MAINLAND.fullmatch(what.national_id):
            raise ResidentOfMainland
        # Asked whatever the operator said of the ID, so that a wrong one costs the same time as wrong digits.
        insured = _insured(kit, what)
        if reason is not None:
            raise DetailsNotConfirmed
        confirmed = _require_insured(insured, what)
    except Problem as refusal:
        attempts.end(kit, row, refusal)
        if isinstance(refusal, DetailsNotConfirmed):
            sweeps.count_failure(kit)
        raise
    attempts.prove(kit, row)
    return confirmed


def _verdict(kit: Kit, row: PhoneVerification, what: Claim, code: str) -> Reason | None:
    """Return None, or that the subscriber is not confirmed; raise every other reason against the line."""
    operator, place = _telco(kit).operator(row.operator), attempts.place_of(kit, row)
    if operator is None:
        raise OperatorNotSupported
    attempt = Attempt(
        number=what.mobile,
        national_id=what.national_id,
        code=code,
        verifier=place.open("verifier", row.verifier),
        nonce=place.open("nonce", row.nonce),
        redirect_uri=redirect_uri(kit),
        only_possession=MAINLAND.fullmatch(what.national_id) is not None,
    )
    verdict = _telco(kit).confirm(operator, attempt)
    if verdict.reason not in (None, Reason.DETAILS_NOT_CONFIRMED):
        raise refusal_of(verdict.reason, retry_after=verdict.retry_after)
    return verdict.reason


def _insured(kit: Kit, what: Claim) -> Insured | None:
    return kit.port(Registry).find_by_id(what.national_id)  # type: ignore[type-abstract]


def _require_insured(insured: Insured | None, what: Claim) -> Insured:
    """Return who is insured where the digits are those of a valid card; one refusal for all that can be wrong."""
    digits = insured.card_number[-4:] if insured is not None else "none"
    same = hmac.compare_digest(digits.encode(), what.card_last4.encode())
    if insured is None or not (same and insured.card_valid):
        raise DetailsNotConfirmed
    return insured
