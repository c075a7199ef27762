"""A row of the outbox becomes a letter: its templates are filled in the reader's language."""

import json
from collections.abc import Callable

from flask import Flask, current_app, render_template

from authsvc.core.kit import Kit
from authsvc.core.mail import Attachment, Letter
from authsvc.core.outbox import OutboxMail

# What goes with a mail, by its id and in the language that is set; None where it is not there any more.
Attaching = Callable[[Kit, str], Attachment | None]


def attachings_of(app: Flask) -> dict[str, Attaching]:
    """Return who writes which kind of attachment, to which features add."""
    found: dict[str, Attaching] = app.extensions.setdefault("attachings", {})
    return found


def write_letter(kit: Kit, mail: OutboxMail) -> Letter:
    """Fill `<template>.txt` and `.html`; the text's first line is the subject."""
    place = kit.keys.place(OutboxMail.__tablename__, mail.id)
    values = json.loads(place.open("values", mail.values)) | {"origin": kit.settings.public_origin}
    subject, _, text = render_template(f"{mail.template}.txt", lang=mail.language, **values).strip().partition("\n")
    html = render_template(f"{mail.template}.html", lang=mail.language, subject=subject, **values)
    return Letter(
        to=place.open("recipient", mail.recipient),
        subject=subject.strip(),
        text=text.strip() + "\n",
        html=html,
        attachment=_attached(kit, mail.attachment),
    )


def _attached(kit: Kit, reference: str | None) -> Attachment | None:
    """Return what a reference `<kind>:<id>` stands for."""
    if reference is None:
        return None
    kind, _, which = reference.partition(":")
    attaching = attachings_of(current_app).get(kind)
    return None if attaching is None else attaching(kit, which)
