"""The mails of the underwriting accounts: a link, or word of what was done."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from authsvc.core import outbox
from authsvc.core.keys import new_token
from authsvc.core.kit import Kit
from authsvc.core.localtime import moment_text
from authsvc.identity.numbers import mask_name
from underwriting.models import UnderwritingAccount, UnderwritingLink


def digest(kit: Kit, token: str) -> bytes:
    """Return the keyed digest under which a link is kept."""
    return kit.keys.mac("underwriting/link", token)


def name_of(kit: Kit, account: UnderwritingAccount) -> str:
    """Return the clerk's name, masked."""
    return mask_name(kit.keys.place(UnderwritingAccount.__tablename__, account.id).open("name", account.name))


def send_link(session: Session, kit: Kit, account: UnderwritingAccount, *, purpose: str, until: datetime) -> None:
    """Mail a new link for this purpose; the one before it is dead."""
    token = new_token()
    old = (UnderwritingLink.account_id == account.id, UnderwritingLink.purpose == purpose)
    session.execute(delete(UnderwritingLink).where(*old))
    link = UnderwritingLink(account_id=account.id, purpose=purpose, digest=digest(kit, token), expires_at=until)
    session.add(link)
    address = f"{kit.settings.public_origin}/underwriting/{purpose}#{token}"
    _post(
        session, kit, account, f"underwriting/mail/{purpose}", link=address, until=moment_text(until, account.language)
    )


def send_notice(session: Session, kit: Kit, account: UnderwritingAccount, *, what: str) -> None:
    """Tell the owner what was done, when and from where; `what` is a marked text."""
    at = moment_text(kit.clock.now(), account.language)
    _post(session, kit, account, "underwriting/mail/notice", what=what, at=at, source=kit.caller.source)


def _post(session: Session, kit: Kit, account: UnderwritingAccount, template: str, **values: str) -> None:
    place = kit.keys.place(UnderwritingAccount.__tablename__, account.id)
    about = {"name": name_of(kit, account), "unit_code": account.unit_code, "unit_name": account.unit_name}
    to = [place.open("email", account.email)]
    outbox.post(session, kit, to=to, template=template, language=account.language, **about, **values)
