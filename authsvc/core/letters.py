"""A row of the outbox becomes a letter: its templates are filled in the reader's language."""

import json

from flask import render_template

from authsvc.core.kit import Kit
from authsvc.core.mail import Letter
from authsvc.core.outbox import OutboxMail


def write_letter(kit: Kit, mail: OutboxMail) -> Letter:
    """Fill `<template>.txt` and `.html`; the text's first line is the subject."""
    place = kit.keys.place(OutboxMail.__tablename__, mail.id)
    values = json.loads(place.open("values", mail.values)) | {"origin": kit.settings.public_origin}
    subject, _, text = render_template(f"{mail.template}.txt", lang=mail.language, **values).strip().partition("\n")
    html = render_template(f"{mail.template}.html", lang=mail.language, subject=subject, **values)
    return Letter(
        to=place.open("recipient", mail.recipient), subject=subject.strip(), text=text.strip() + "\n", html=html
    )
