"""Operators that are down, slow or mad: bounded waits, honest answers, and nothing changes for the others."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from devicebind.lines import Reason
from devicebind.telcowire import WORKERS
from tests.devicebind.telco.bench import Bench, body_of, changed

UNCLEAR = Reason.TELCO_UNAVAILABLE
OTHERS = [("lin", "0900000102"), ("chen", "0900000103"), ("huang", "0900000104"), ("wu", "0900000105")]
QUESTIONS = ["match", "check-tenure", "retrive-subscription-status", "v0.1/check", "v2/check"]


def waited(act: Callable[[], object]) -> float:
    """Return how many real seconds something takes."""
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def sleeping(seconds: float) -> Callable[[httpx2.Request, httpx2.Response], httpx2.Response]:
    def lie(_request: httpx2.Request, answer: httpx2.Response) -> httpx2.Response:
        time.sleep(seconds)
        return changed(answer)

    return lie


@pytest.mark.parametrize("kind", ["500", "503_html", "502_empty", "garbage", "down"])
def test_operator_down_others_unaffected(bench: Bench, kind: str) -> None:
    operator, attempt = bench.attempt("wang", "0900000101")
    bench.fault("chunghwa/*", kind)

    for _ in range(7):  # more than its breaker bears
        assert bench.port.confirm(operator, attempt).reason is UNCLEAR
    assert [bench.reason(*other) for other in OTHERS] == [None] * 4


def test_an_operator_that_is_down_is_left_alone_for_a_while(bench: Bench) -> None:
    operator, attempt = bench.attempt("wang", "0900000101")
    bench.fault("chunghwa/*", "500")
    for _ in range(6):
        bench.port.confirm(operator, attempt)
    before = len(bench.liar.asked)

    assert bench.port.confirm(operator, attempt).reason is UNCLEAR
    assert len(bench.liar.asked) == before


def test_slow_operator_bounded_wait(bench: Bench) -> None:
    """Each answer late by less than its own limit: together they still end at the deadline."""
    bench.port.seconds = 0.5
    bench.liar.lies = {f"/{name}": sleeping(0.3) for name in ("token", "verify", *QUESTIONS)}
    operator, attempt = bench.attempt("wang", "0900000101")

    assert waited(lambda: bench.port.confirm(operator, attempt)) < 0.8
    assert bench.port.seconds == 0.5


def test_one_answer_that_never_comes_holds_nobody_beyond_the_deadline(bench: Bench) -> None:
    operator, attempt = bench.attempt("lin", "0900000102")
    bench.port.seconds = 0.4
    bench.liar.lies = {"/match": sleeping(4.0)}

    # A busy machine lets a thread wait for half a second; the answer comes twice as late as the bound.
    assert waited(lambda: bench.port.confirm(operator, attempt)) < 2.0
    assert waited(lambda: bench.reason("chen", "0900000103")) < 2.0


def test_a_slow_operator_keeps_nobody_elses_workers(bench: Bench) -> None:
    operator, attempt = bench.attempt("lin", "0900000102")
    bench.port.seconds = 0.3
    bench.liar.lies = {"/taiwan-mobile/token": sleeping(3.0)}
    with ThreadPoolExecutor(WORKERS + 4) as crowd:
        list(crowd.map(lambda _: bench.port.confirm(operator, attempt), range(WORKERS + 4)))
    bench.port.seconds = 5.0

    assert waited(lambda: bench.reason("chen", "0900000103")) < 1.5


@pytest.mark.parametrize("path", QUESTIONS)
def test_a_question_without_an_answer_is_asked_once_more(bench: Bench, path: str) -> None:
    failed: list[str] = []

    def once(request: httpx2.Request, answer: httpx2.Response) -> httpx2.Response:
        failed.append(request.url.path)
        return changed(answer, status=503) if len(failed) == 1 else changed(answer)

    bench.liar.lies = {f"/{path}": once}

    assert bench.reason("lin", "0900000102") is None
    assert len(failed) == 2


@pytest.mark.parametrize("path", QUESTIONS)
def test_no_question_is_asked_three_times(bench: Bench, path: str) -> None:
    bench.liar.lies = {f"/{path}": lambda _request, answer: changed(answer, status=503)}

    assert bench.reason("lin", "0900000102") is UNCLEAR
    assert sum(asked.endswith(f"/{path}") for asked in bench.liar.asked) == 2


@pytest.mark.parametrize("path", ["/token", "/verify"])
def test_timeout_after_charge_not_retried_blindly(bench: Bench, path: str) -> None:
    bench.liar.lies = {path: lambda _request, answer: changed(answer, status=504)}

    assert bench.reason("lin", "0900000102") is UNCLEAR
    assert sum(asked.endswith(path) for asked in bench.liar.asked) == 1


def test_a_token_of_ours_is_not_asked_for_twice_either(bench: Bench) -> None:
    refused: list[str] = []

    def after_first(request: httpx2.Request, answer: httpx2.Response) -> httpx2.Response:
        refused.append(request.url.path)
        return changed(answer) if len(refused) == 1 else changed(answer, status=503)

    bench.liar.lies = {"/token": after_first}

    assert bench.reason("wang", "0900000101") is UNCLEAR
    assert len(refused) == 6


def test_429_honours_retry_after(bench: Bench) -> None:
    busy: list[str] = []

    def once(request: httpx2.Request, answer: httpx2.Response) -> httpx2.Response:
        busy.append(request.url.path)
        return changed(answer, status=429, retry_after="2") if len(busy) == 1 else changed(answer)

    bench.liar.lies = {"/match": once}
    before = bench.clock.now()

    assert bench.reason("lin", "0900000102") is None
    assert (bench.clock.now() - before).total_seconds() == 2


def test_an_operator_that_wants_to_be_left_longer_than_we_wait_is_told_with_its_time(bench: Bench) -> None:
    bench.liar.lies = {"/match": lambda _request, answer: changed(answer, status=429, retry_after="60")}

    verdict = bench.verdict("lin", "0900000102")

    assert (verdict.reason, verdict.retry_after) == (UNCLEAR, 60)
    assert sum(asked.endswith("/match") for asked in bench.liar.asked) == 1


@pytest.mark.parametrize("told", ["-1", "soon", "", "1.5", "9" * 30])
def test_a_retry_after_that_is_no_number_of_seconds_is_none(bench: Bench, told: str) -> None:
    bench.liar.lies = {"/verify": lambda _request, answer: changed(answer, status=429, retry_after=told)}

    verdict = bench.verdict("lin", "0900000102")

    assert (verdict.reason, verdict.retry_after) == (UNCLEAR, None)


def test_a_plain_reason_is_told_although_another_answer_is_missing(bench: Bench) -> None:
    bench.liar.lies = {"/match": body_of(lambda _body: {})}

    assert bench.reason("hung", "0900000114") is Reason.PREPAID_LINE


@pytest.mark.parametrize("fault", [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.RemoteProtocolError])
def test_a_connection_that_fails_is_no_answer(bench: Bench, fault: type[httpx2.HTTPError]) -> None:
    """Refused, no such name, a certificate that is not the operator's, nobody there."""
    operator, attempt = bench.attempt("lin", "0900000102")

    def fail(_request: httpx2.Request, _answer: httpx2.Response) -> httpx2.Response:
        raise fault("no connection")

    bench.liar.lies = {"/token": fail}

    assert bench.port.confirm(operator, attempt).reason is UNCLEAR
    assert sum(asked.endswith("/token") for asked in bench.liar.asked) == 1


def test_all_operators_slow_at_once(bench: Bench) -> None:
    bench.port.seconds = 0.3
    attempts = [bench.attempt(*other) for other in OTHERS[:2]]
    bench.liar.lies = {"/token": sleeping(1.0)}

    assert waited(lambda: [bench.port.confirm(*each) for each in attempts]) < 0.9


@pytest.mark.parametrize("kind", ["truncated", "duplicate_key", "missing_field", "unseen_enum", "wrong_type", "cut"])
def test_the_simulators_own_lies_confirm_nobody(bench: Bench, kind: str) -> None:
    operator, attempt = bench.attempt("lin", "0900000102")
    bench.fault("taiwan-mobile/*", kind)

    assert bench.port.confirm(operator, attempt).reason not in (None, Reason.NUMBER_NOT_YOURS)


def test_unknown_extra_fields_change_nothing(bench: Bench) -> None:
    bench.fault("taiwan-mobile/*", "extra_field")

    assert bench.reason("lin", "0900000102") is None
