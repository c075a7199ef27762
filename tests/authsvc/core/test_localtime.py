"""One form for a moment, wherever people read it."""

from datetime import UTC, datetime

import pytest

from authsvc.core.localtime import moment_text

LATE = datetime(2026, 9, 5, 18, 7, tzinfo=UTC)  # already the next day in Taipei


@pytest.mark.parametrize(("language", "text"), [("zh-Hant-TW", "民國115年9月6日 02:07"), ("en", "6 Sept 2026, 02:07")])
def test_a_moment_is_told_in_the_time_of_taipei_and_the_years_of_the_language(language: str, text: str) -> None:
    assert moment_text(LATE, language) == text
