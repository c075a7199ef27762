"""Batch registration (健保卡註冊申請整批資料上傳): an employer uploads a file, a worker enters it."""

from pathlib import Path

from flask import Flask

from authsvc.core.i18n import add_catalogue
from batch import pages, views

HERE = Path(__file__).parent


def include(app: Flask) -> None:
    """Register the calls, the pages and the texts."""
    add_catalogue(app, HERE / "translations")
    views.register(app)
    pages.register(app)
