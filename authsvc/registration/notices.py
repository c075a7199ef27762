"""The mails that carry a link; how many of them one person can be sent."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from authsvc.core import outbox
from authsvc.core.kit import Kit
from authsvc.core.localtime import moment_text
from authsvc.core.throttle import Limit

# Nobody is to fill a stranger's mailbox through us; a day of quiet starts the count anew.
MAILS: Final = Limit(scope="registration-mail", tries=20, pause=timedelta(seconds=60), forgets=timedelta(days=1))


def send_link(
    session: Session, kit: Kit, *, to: str, template: str, link: str, expires_at: datetime, language: str, name: str
) -> None:
    """Write the mail that carries a link; `name` is masked already, because the address may be mistyped."""
    outbox.post(
        session,
        kit,
        to=[to],
        template=template,
        language=language,
        name=name,
        link=link,
        expires_at=moment_text(expires_at, language),
    )
