from datetime import UTC, date, datetime

import pytest

import batch.naming as naming

TODAY = date(2016, 7, 13)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("1333974211050713.csv", None),
        ("1333974211050713.CSV", None),
        ("1333974211050712.csv", None),
        ("1333974211050714.csv", "name_future"),
        ("1333974211050230.csv", "name_date"),
        ("1333974211051301.csv", "name_date"),
        ("1333974210000713.csv", "name_date"),
        ("1333974210010713.csv", None),
        ("1333974219990713.csv", "name_date"),
        ("1333974221050713.csv", "name_unit"),
        ("133397421105713.csv", "name_shape"),
        ("13339742120160713.csv", "name_shape"),
        ("1333974211050713.txt", "name_shape"),
        ("1333974211050713 (1).csv", "name_shape"),
        ("../1333974211050713.csv", "name_shape"),
        ("１333974211050713.csv", "name_shape"),
        ("1333974211050713.csv\n", "name_shape"),
        ("", "name_shape"),
    ],
)
def test_a_file_is_named_by_its_unit_and_a_day_that_is_not_to_come(name: str, fault: str | None) -> None:
    assert naming.name_fault(name, unit_code="133397421", today=TODAY) == fault


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1050901", date(2016, 9, 1)),
        ("990901", date(2010, 9, 1)),
        ("105/09/01", date(2016, 9, 1)),
        ("2016-09-01", date(2016, 9, 1)),
        ("1050931", None),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("1911-12-31", None),
        ("1912-01-01", date(1912, 1, 1)),
        ("2200-12-31", date(2200, 12, 31)),
        ("0001231", None),
        ("9991231", None),
        ("2016-13-01", None),
        ("１050901", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_days_are_typed_as_the_republic_counts_or_as_iso(typed: str, day: date | None) -> None:
    assert naming.read_day(typed) == day


def test_names_and_moments_are_written_as_the_reference_writes_them() -> None:
    morning, night = datetime(2016, 7, 13, 3, 56, 45, tzinfo=UTC), datetime(2016, 7, 13, 16, 5, 0, tzinfo=UTC)

    assert naming.name_for("133397421", TODAY) == "1333974211050713.csv"
    assert naming.log_name("1333974211050713.CSV", morning) == "1333974211050713.1050713115645.log"
    assert naming.log_moment(morning, morning="上午", afternoon="下午") == "2016/7/13 上午 11:56:45"
    assert naming.log_moment(night, morning="上午", afternoon="下午") == "2016/7/14 上午 12:05:00"
