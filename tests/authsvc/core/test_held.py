"""Calls that are held open."""

from authsvc.core.held import Held


def test_no_more_than_so_many_are_held() -> None:
    held = Held(2)

    with held.turn("a") as first, held.turn("b") as second, held.turn("c") as third:
        assert (first.granted, second.granted, third.granted) == (True, True, False)
    with held.turn("d") as later:
        assert later.granted


def test_a_process_that_holds_nothing_grants_nothing() -> None:
    with Held(0).turn("a") as turn:
        assert not turn.granted
        assert turn.is_newest()


def test_a_newer_call_about_the_same_takes_the_older_ones_place() -> None:
    held = Held(3)

    with held.turn("a") as older:
        with held.turn("a") as newer, held.turn("b"):
            assert not older.is_newest()
            assert newer.is_newest()
        assert not older.is_newest()
