"""Announcements are added, listed, removed by operators, and shown to everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select, update

from authsvc.core import audit
from authsvc.core.db import claim
from authsvc.core.errors import Invalid, NotFound
from authsvc.core.i18n import N_
from authsvc.core.keys import new_id
from authsvc.core.kit import Kit
from bulletin.models import Announcement

LONGEST: Final[Mapping[str, int]] = {"title_zh": 80, "title_en": 80, "text_zh": 300, "text_en": 300}
MOST: Final = 5
UNFIT: Final = N_("This is empty or too long.")
NO_TIME: Final = N_("An announcement ends after it begins, and not in the past.")


@dataclass(frozen=True, kw_only=True)
class ShownAnnouncement:
    """An announcement in one language; its texts are plain and hold no markup."""

    id: str
    title: str
    text: str
    important: bool
    published_at: datetime


def add(
    kit: Kit,
    *,
    texts: Mapping[str, str],
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    important: bool = False,
) -> str:
    """Announce something from now or `from_at` on, and return its id; `texts` are the four of `LONGEST`.

    Raise `Invalid` for a text that is empty, too long or holds control characters, and for an end in the past.
    """
    now = kit.clock.now()
    begins = from_at or now
    errors = {name: [UNFIT] for name, longest in LONGEST.items() if not _is_fit(texts[name], longest)}
    if until_at is not None and until_at <= max(begins, now):
        errors["until"] = [NO_TIME]
    if errors:
        raise Invalid(errors)
    made = Announcement(id=new_id(), is_important=important, from_at=begins, until_at=until_at)
    for name in LONGEST:
        setattr(made, name, texts[name].strip())
    with kit.begin() as session:
        session.add(made)
        audit.record(session, kit, "announcement.added", object=made.id, important=important)
    return made.id


def _is_fit(text: str, longest: int) -> bool:
    return 0 < len(text.strip()) <= longest and text.replace("\n", " ").isprintable()


def remove(kit: Kit, *, announcement_id: str) -> None:
    """Show an announcement no longer; raise `NotFound` where it is none or was removed before."""
    there = update(Announcement).where(Announcement.id == announcement_id, Announcement.removed_at.is_(None))
    with kit.begin() as session:
        if not claim(session, there.values(removed_at=kit.clock.now())):
            raise NotFound
        audit.record(session, kit, "announcement.removed", object=announcement_id)


def list_all(kit: Kit) -> Sequence[Announcement]:
    """Return all that was ever announced, the newest first."""
    with kit.read() as session:
        return session.scalars(select(Announcement).order_by(Announcement.from_at.desc(), Announcement.id)).all()


def list_current(kit: Kit, *, language: str) -> Sequence[ShownAnnouncement]:
    """Return what is announced now, the newest first, five at most."""
    now, until = kit.clock.now(), Announcement.until_at
    current = select(Announcement).where(
        Announcement.removed_at.is_(None), Announcement.from_at <= now, or_(until.is_(None), until > now)
    )
    with kit.read() as session:
        rows = session.scalars(current.order_by(Announcement.from_at.desc(), Announcement.id).limit(MOST)).all()
    return [_shown(row, is_chinese=language.startswith("zh")) for row in rows]


def _shown(row: Announcement, *, is_chinese: bool) -> ShownAnnouncement:
    return ShownAnnouncement(
        id=row.id,
        title=row.title_zh if is_chinese else row.title_en,
        text=row.text_zh if is_chinese else row.text_en,
        important=row.is_important,
        published_at=row.from_at,
    )
