"""Operators are data, and our keys towards them are derived, published and rotated."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from flask.testing import FlaskClient

from authsvc.core.jose import NotAuthentic, read_public_key, verify
from authsvc.core.keys import Keys
from authsvc.core.signing import signing_keys
from authsvc.settings import Misconfigured, Settings
from devicebind.lines import Reason
from devicebind.operators import PACKAGED, BadOperators, load_operators
from devicebind.party import client_keys
from mocks.people import World
from mocks.telco import app as telco_app
from mocks.telco.clients import Client
from mocks.telco.operators import FIVE
from mocks.telco.operators import Operator as Simulated
from mocks.telco.operators import Operators as SimulatedOperators
from tests.clocks import MovableClock
from tests.devicebind.telco.bench import Bench
from tests.devicebind.telco.lines import REDIRECT, TELCO
from wsgi import build

ROWS: list[dict[str, Any]] = json.loads(PACKAGED.read_text(encoding="utf-8"))
SIXTH = ROWS[1] | {"id": "sixth", "name": "Sixth", "name_zh": "第六電信", "path": "sixth"}


def written(folder: Path, rows: Any) -> Path:
    path = folder / "operators.json"
    path.write_text(rows if isinstance(rows, str) else json.dumps(rows), encoding="utf-8")
    return path


def bench_of(world: World, clock: MovableClock, folder: Path, rows: Any, simulated: SimulatedOperators) -> Bench:
    """Return the client over these operators and a simulator of those."""
    chosen = load_operators(written(folder, rows))
    keys = Keys({1: b"a demo key, never for production"})
    known = [key.jwk for each in chosen.by_id.values() for key in client_keys(keys, each)]
    ours = Client("authsvc", (REDIRECT,), jwks={"keys": known})
    app = telco_app.create_app(
        world,
        base=TELCO,
        clock=clock,  # type: ignore[arg-type]
        clients=[ours],
        pace=0.0,
        operators=simulated,
    )
    return Bench(app, world, clock, chosen)


def test_five_operators_are_packaged() -> None:
    assert list(load_operators().by_id) == ["chunghwa", "taiwan-mobile", "fareastone", "taiwan-star", "asia-pacific"]


def test_a_sixth_operator_is_a_line_in_a_file(world: World, clock: MovableClock, tmp_path: Path) -> None:
    six = SimulatedOperators((*FIVE, Simulated(id="sixth", name="Sixth", name_zh="第六電信")))
    bench = bench_of(world, clock, tmp_path, [*ROWS, SIXTH], six)
    bench.change_line("0900000101", operator="sixth")
    clock.forward(days=30)  # the port gave the number another SIM

    assert bench.operator_of("0900000101").id == "sixth"
    assert bench.reason("wang", "0900000101") is None


def test_with_one_operator_fewer_its_customers_are_not_supported_and_the_others_are_served(
    world: World, clock: MovableClock, tmp_path: Path
) -> None:
    bench = bench_of(world, clock, tmp_path, ROWS[1:], SimulatedOperators())

    assert bench.port.find_operator("0900000101") is None
    assert bench.reason("lin", "0900000102") is None


def test_two_merged_operators_are_a_change_of_data(world: World, clock: MovableClock, tmp_path: Path) -> None:
    merged = tuple(replace(each, absorbed=each.id == "asia-pacific") for each in FIVE)
    bench = bench_of(world, clock, tmp_path, ROWS[:4], SimulatedOperators(merged))

    assert bench.operator_of("0900000105").id == "fareastone"
    assert bench.reason("wu", "0900000105") is None


def test_an_operator_without_the_extension_cannot_vouch(world: World, clock: MovableClock, tmp_path: Path) -> None:
    """Nothing else answers for family plans, virtual operators and arrears."""
    rows = [ROWS[0] | {"extension": False}, *ROWS[1:]]
    bench = bench_of(world, clock, tmp_path, rows, SimulatedOperators())

    assert bench.port.find_operator("0900000101") is None


WRONG: Mapping[str, Any] = {
    "not JSON": "{",
    "an object": {},
    "no operator": [],
    "an operator that is a text": ["chunghwa"],
    "an unknown field": [ROWS[0] | {"secret": "x"}],
    "no id": [{name: value for name, value in ROWS[0].items() if name != "id"}],
    "an id that is a path": [ROWS[0] | {"id": "../x"}],
    "a path with a slash": [ROWS[0] | {"path": "a/b"}],
    "an unknown plan": [ROWS[0] | {"token_plan": "second_code"}],
    "an unknown KYC version": [ROWS[0] | {"kyc": "9"}],
    "a tick that is a text": [ROWS[0] | {"tenure": "yes"}],
    "an id twice": [ROWS[0], ROWS[1] | {"id": "chunghwa"}],
    "a path twice": [ROWS[0], ROWS[1] | {"path": "chunghwa"}],
    "a name twice": '[{"id": "a", "id": "b"}]',
}


@pytest.mark.parametrize("rows", WRONG.values(), ids=WRONG)
def test_a_file_that_cannot_be_used_stops_the_start_with_a_sentence(
    settings: Settings, clock: MovableClock, tmp_path: Path, rows: Any
) -> None:
    path = written(tmp_path, rows)

    with pytest.raises(BadOperators):
        load_operators(path)
    with pytest.raises(Misconfigured, match="AUTHSVC_TELCO_OPERATORS_FILE"):
        build(replace(settings, telco_operators_file=path), clock=clock)


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadOperators, match="cannot be read"):
        load_operators(tmp_path / "nowhere.json")


def test_our_public_keys_are_published_one_per_operator(client: FlaskClient) -> None:
    answer = client.get("/.well-known/jwks.json")

    keys = (answer.json or {})["keys"]
    assert len(keys) == len({key["kid"] for key in keys}) == 5
    assert all(set(key) == {"kty", "crv", "x", "y", "use", "alg", "kid"} for key in keys)
    assert all(read_public_key(key).jkt == key["kid"] for key in keys)


def test_a_key_is_the_operators_own_and_follows_from_the_root_key() -> None:
    keys = Keys({1: b"1" * 32})
    first, other = (client_keys(keys, each)[0] for each in list(load_operators().by_id.values())[:2])

    assert first.kid != other.kid
    assert first.kid == signing_keys(Keys({1: b"1" * 32}), "telco/chunghwa")[0].kid
    assert first.kid != signing_keys(Keys({1: b"2" * 32}), "telco/chunghwa")[0].kid
    assert verify(first.sign({"a": 1}), typ="JWT", key=first.public) == {"a": 1}
    with pytest.raises(NotAuthentic):
        verify(first.sign({"a": 1}), typ="JWT", key=other.public)


def test_a_new_root_key_signs_and_the_one_before_stays_published() -> None:
    roots = {1: b"1" * 32, 2: b"2" * 32, 3: b"3" * 32}
    before, after = (signing_keys(Keys({n: roots[n] for n in numbers}), "telco/x") for numbers in ((1, 2), (1, 2, 3)))

    assert before[0].kid == after[1].kid
    assert len(after) == 2


def test_an_assertion_is_good_once_and_for_its_operator_alone(bench: Bench) -> None:
    """assertion_jti_replayed: the operator refuses a second sight of it, and ours are never the same."""
    forms: list[dict[str, str]] = []
    way = bench.liar.way

    class Keeping(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.url.path.endswith("/token"):
                forms.append(dict(httpx2.QueryParams(request.content.decode())))
            return way.handle_request(request)

    bench.liar.way = Keeping()
    assert bench.reason("wang", "0900000101") is None

    assertions = [form[name] for form in forms for name in ("client_assertion", "assertion") if name in form]
    assert len(assertions) == len(set(assertions)) == 11
    with httpx2.Client(transport=way, base_url=TELCO) as thief:
        again = thief.post("/chunghwa/token", data=forms[1])
        elsewhere = thief.post("/taiwan-mobile/token", data=forms[1])
    assert (again.status_code, elsewhere.status_code) == (401, 401)


def test_an_operator_that_does_not_know_our_key_confirms_nobody(bench: Bench) -> None:
    bench.telco.extensions["ground"].clients.put(Client("authsvc", (REDIRECT,), jwks={"keys": []}))

    assert bench.reason("lin", "0900000102") is Reason.TELCO_UNAVAILABLE
