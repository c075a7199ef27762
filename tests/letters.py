"""Then: the mails that were written since the last look."""

import json
from dataclasses import dataclass
from typing import Any

from authsvc.core import outbox
from authsvc.core.kit import Kit


@dataclass(frozen=True)
class Written:
    """A mail as it stands in the outbox, opened."""

    to: str
    template: str
    values: dict[str, Any]


def letters_of(kit: Kit) -> list[Written]:
    """Return the mails that wait to be sent, and mark them as sent."""
    found = []
    while (mail := outbox.next_due(kit)) is not None:
        place = kit.keys.place(outbox.OutboxMail.__tablename__, mail.id)
        values = json.loads(place.open("values", mail.values))
        found.append(Written(place.open("recipient", mail.recipient), mail.template, values))
        outbox.mark_sent(kit, mail)
    return found
