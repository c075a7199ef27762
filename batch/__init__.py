"""Batch registration (健保卡註冊申請整批資料上傳): an employer uploads a file, a worker enters it."""

from pathlib import Path
from typing import Final

from flask import Flask

from authsvc.core import jobs
from authsvc.core.i18n import N_, add_catalogue
from authsvc.core.letters import attachings_of
from authsvc.identity.ways import Function, ways_of
from batch import downloads, keeping, pages, views, working
from batch.queries import QUERY
from batch.service import UPLOAD

HERE = Path(__file__).parent
WAYS: Final = ("card", "certificate", "passkey", "twfido", "qr", "otp")
FUNCTIONS: Final = (
    Function(
        id=UPLOAD,
        title=N_("Card registration: upload a batch"),
        href="/units/{unit_code}/batches/new",
        ways=WAYS,
        order=810,
        audience="granted",
        managers_too=True,
    ),
    Function(
        id=QUERY,
        title=N_("Card registration: uploaded batches"),
        href="/units/{unit_code}/batches",
        ways=WAYS,
        order=820,
        audience="granted",
        managers_too=True,
    ),
)


def include(app: Flask) -> None:
    """Register the calls, the pages, the functions, the worker's part, the log for mails and the texts."""
    ways_of(app).functions.update((function.id, function) for function in FUNCTIONS)
    add_catalogue(app, HERE / "translations")
    jobs.steadily(app, working.work)
    jobs.every_minute(app, keeping.purge)
    attachings_of(app)["batch_log"] = downloads.log_attachment
    views.register(app)
    pages.register(app)
