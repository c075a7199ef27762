"""What the worker does besides mail: small jobs that features register."""

from collections.abc import Callable

from flask import Flask

from authsvc.core.kit import Kit

Job = Callable[[Kit], None]


def jobs_of(app: Flask) -> list[Job]:
    """Return the jobs that run once a minute."""
    found: list[Job] = app.extensions.setdefault("jobs", [])
    return found


def every_minute(app: Flask, job: Job) -> None:
    """Have the worker run a job about once a minute; it must be safe to run twice at once."""
    jobs_of(app).append(job)
