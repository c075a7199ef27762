"""What the worker does besides mail: small jobs once a minute, and steady work; features register both."""

from collections.abc import Callable

from flask import Flask

from authsvc.core.kit import Kit

Job = Callable[[Kit], None]
Work = Callable[[Kit], bool]


def jobs_of(app: Flask) -> list[Job]:
    """Return the jobs that run once a minute."""
    found: list[Job] = app.extensions.setdefault("jobs", [])
    return found


def every_minute(app: Flask, job: Job) -> None:
    """Have the worker run a job about once a minute; it must be safe to run twice at once."""
    jobs_of(app).append(job)


def works_of(app: Flask) -> list[Work]:
    """Return the work that goes on steadily."""
    found: list[Work] = app.extensions.setdefault("works", [])
    return found


def steadily(app: Flask, work: Work) -> None:
    """Have the worker do this work, piece by piece, in a thread of its own: it says whether it did something.

    A piece takes seconds at most, because a worker that is told to end ends after it. It must be safe to run twice at
    once, and to be cut off anywhere.
    """
    works_of(app).append(work)
