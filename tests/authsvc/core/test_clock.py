from datetime import UTC, timedelta
from pathlib import Path

from authsvc.core.clock import SystemClock


def test_the_clock_tells_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_the_offset_file_moves_the_clock_and_is_read_at_each_call(tmp_path: Path) -> None:
    # given
    file = tmp_path / "offset"
    clock, real = SystemClock(file), SystemClock()

    def ahead() -> timedelta:
        return clock.now() - real.now()

    # then: no file, an hour ahead, an empty file, a day behind
    assert abs(ahead()) < timedelta(seconds=1)
    for text, seconds in (("3600\n", 3600), ("", 0), ("-86400.5", -86400.5)):
        file.write_text(text, encoding="ascii")
        assert abs(ahead() - timedelta(seconds=seconds)) < timedelta(seconds=1)


def test_sleeping_takes_real_time() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(0.02)
    assert clock.now() - before >= timedelta(seconds=0.02)
