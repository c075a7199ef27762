"""The lines that there are, the operators as data, the gateway's look-up and the control listener."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mocks.people import load_world
from mocks.telco.app import create_app
from mocks.telco.making import make_world
from mocks.telco.operators import FIVE, BadOperators, Operator, Operators, load_operators
from mocks.telco.records import World
from tests.mocks.conftest import client_of
from tests.mocks.telco.protocol.relying import NUMBER, Party

AT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def lines() -> World:
    return make_world(load_world(extra=3), Operators(), seed=1, at=AT)


def test_the_same_seed_and_moment_make_the_same_world(lines: World) -> None:
    again, another = (make_world(load_world(extra=3), Operators(), seed=seed, at=AT) for seed in (1, 2))

    assert lines.lines == again.lines
    assert lines.lines != another.lines


def test_every_condition_of_a_line_is_there(lines: World) -> None:
    every = lines.all()

    assert {line.contract_type for line in every} == {"PAYM", "PAYG", "Business"}
    assert {line.line_role for line in every} == {"SINGLE", "FAMILY_MAIN", "FAMILY_MEMBER", "CHILD", "COMPANION"}
    assert {line.held_by for line in every} == {"SELF", "GUARDIAN", "PROXY", "COMPANY"}
    assert {line.provider for line in every} == {"OWN", "MERGED_BRAND", "MVNO"}
    assert {line.standing for line in every} == {"GOOD", "OVERDUE", "SUSPENDED"}
    assert {line.purpose for line in every} == {"voice", "data_only", "fixed_wireless"}
    assert {line.roaming for line in every} == {"none", "home_routed", "local_breakout"}
    assert {lines.serving(line) for line in every} == {None, *(each.id for each in FIVE)}
    for flag in ("contract_known", "kept", "consent"):
        assert {getattr(line, flag) for line in every} == {True, False}


def test_every_number_is_made_up_and_stands_in_the_readme(lines: World) -> None:
    readme = Path("mocks/telco/README.md").read_text(encoding="utf-8")

    assert all(line.number.startswith(("0900000", "0910")) for line in lines.all())
    special = [line.number for line in lines.all() if line.number.startswith("09000002")]
    assert [number for number in special if number not in readme] == []


def test_a_companys_line_answers_to_its_representatives_id_too(lines: World) -> None:
    line = lines.lines["0900000207"]

    assert lines.holder(line).kind == "company"
    assert "F209000022" in lines.documents(line)


def test_only_some_operators_know_both_numbers_of_a_resident(lines: World) -> None:
    both, one = lines.lines["0900000220"], lines.lines["0900000221"]

    assert lines.documents(both) == {"B909000344", "BD09000333"}
    assert lines.documents(one) == {"BD09000333"}


def test_a_suspended_line_can_still_have_data_and_an_overdue_one_everything(lines: World) -> None:
    assert lines.lines["0900000119"].services["dataService"] == "throttled"
    assert lines.lines["0900000214"].services["dataService"] == "suspended"
    assert set(lines.lines["0900000213"].services.values()) == {"active"}
    assert lines.lines["0900000212"].services["voiceSmsOut"] == "suspended"


def test_the_gateway_tells_who_serves_a_number(party: Party) -> None:
    def served(number: str) -> tuple[str | None, str | None]:
        answer = party.http.post("/lookup", json={"nonce": "n", "number": number}).json()
        assert (answer["nonce"], answer["number"]) == ("n", number)
        return answer["operator"], answer["brand"]

    assert served(NUMBER) == ("chunghwa", "chunghwa")
    assert served("+886900000102") == ("taiwan-mobile", "taiwan-mobile")
    assert served("0900000203") == ("fareastone", "fareastone")  # ported from Chunghwa
    assert served("0900000205") == ("fareastone", "asia-pacific")
    assert served("0900000122") == (None, None)
    assert served("0999999999") == (None, None)
    assert party.http.post("/lookup", json={"number": NUMBER}).status_code == 422


def test_portability_data_can_be_older_than_the_last_port(party: Party) -> None:
    party.http.patch(f"/control/lines/{NUMBER}", json={"operator": "fareastone"}).raise_for_status()
    ask = {"nonce": "n", "number": NUMBER}
    assert party.http.post("/lookup", json=ask).json()["operator"] == "fareastone"

    party.fault("gateway", "stale")

    assert party.http.post("/lookup", json=ask).json()["operator"] == "chunghwa"
    changed = party.ground.world.lines[NUMBER]
    assert (changed.ported_from, changed.sim_changed_at) == ("chunghwa", changed.ported_at)


@pytest.mark.parametrize(
    ("kind", "field"), [("lie", "operator"), ("wrong_nonce", "nonce"), ("missing_field", "operator")]
)
def test_the_gateway_can_lie(party: Party, kind: str, field: str) -> None:
    ask = {"nonce": "n", "number": NUMBER}
    right = party.http.post("/lookup", json=ask).json()
    party.fault("gateway", kind)

    assert party.http.post("/lookup", json=ask).json().get(field) != right[field]


def test_operators_are_data(tmp_path: Path) -> None:
    file = tmp_path / "operators.json"
    rows = [{"id": "chunghwa"}, {"id": "fareastone"}, {"id": "asia-pacific", "absorbed": True}]
    file.write_text(json.dumps([*rows, {"id": "sixth", "name": "Sixth", "name_zh": "第六家"}]), encoding="utf-8")

    chosen = load_operators(file)

    assert [operator.id for operator in chosen.all()] == ["chunghwa", "fareastone", "sixth"]
    with client_of(create_app(load_world(), operators=chosen)) as http:
        answer = http.post("/lookup", json={"nonce": "n", "number": "0900000105"}).json()
        assert (answer["operator"], answer["brand"]) == ("fareastone", "asia-pacific")
        assert http.get("/sixth/jwks").status_code == 200
        assert http.get("/asia-pacific/jwks").status_code == 404
        assert http.get("/taiwan-mobile/jwks").status_code == 404


@pytest.mark.parametrize(
    "rows",
    [
        {},
        [{"name": "x"}],
        [{"id": "x"}],
        [{"id": "chunghwa"}] * 2,
        [{"id": "asia-pacific"}],
        [{"id": "chunghwa", "a": 1}],
    ],
)
def test_operators_that_do_not_fit_together_are_refused(tmp_path: Path, rows: object) -> None:
    file = tmp_path / "operators.json"
    file.write_text(json.dumps(rows), encoding="utf-8")

    with pytest.raises(BadOperators):
        load_operators(file)
    with pytest.raises(BadOperators):
        Operators((Operator(id="a", name="A", name_zh="甲", absorbed=True),))


def test_lines_change_only_to_what_there_is(party: Party) -> None:
    def status(**change: object) -> int:
        return party.http.patch(f"/control/lines/{NUMBER}", json=change).status_code

    assert status(plan="prepaid", state="suspended", signed_by="proxy", consent=False, operator="other") == 200
    wrong: list[dict[str, object]] = [{"plan": "gold"}, {"consent": "no"}, {"operator": "nobody"}, {"holder": 1}]
    wrong += [{"sims": []}, {"kept": [1]}]
    for change in wrong:
        assert status(**change) == 422


def test_a_sim_can_be_changed_by_the_hour(party: Party) -> None:
    answer = party.http.post(f"/control/lines/{NUMBER}/sim", json={"hours_ago": 2}).json()

    assert answer["sim_changed_at"] < party.http.post(f"/control/lines/{NUMBER}/sim", json={}).json()["sim_changed_at"]
    assert party.http.post(f"/control/lines/{NUMBER}/sim", json={"hours_ago": -1}).status_code == 422
    assert party.http.post("/control/lines/0999999999/sim", json={}).status_code == 404


def test_clients_are_refused_where_they_make_no_sense(party: Party) -> None:
    for body in (
        {"client_id": "a", "redirect_uris": ["http://a/"]},
        {"client_id": "a", "redirect_uris": "http://a/", "jwks": {}},
        {"client_id": "a", "redirect_uris": ["http://a/"], "jwks": {}, "jwks_uri": "http://a/"},
        {"client_id": "a", "redirect_uris": ["http://a/"], "jwks": []},
        {"redirect_uris": ["http://a/"], "jwks": {}},
    ):
        assert party.http.put("/control/clients", json=body).status_code == 422
    assert [client["client_id"] for client in party.http.get("/control/clients").json()] == ["party"]


def test_the_journal_tells_what_was_asked_and_keeps_no_secret(party: Party) -> None:
    answer = party.token("chunghwa")
    party.verify("chunghwa", answer["access_token"])

    text = json.dumps(party.http.get("/control/journal").json())
    entries = json.loads(text)
    assert [entry["path"] for entry in entries] == [
        "/chunghwa/authorize",
        "/chunghwa/token",
        "/chunghwa/number-verification/v2/verify",
    ]
    assert entries[0]["connection"] == NUMBER
    for secret in (answer["access_token"], answer["id_token"], "a-state", "a-nonce", party.verifier, '900000101"'):
        assert secret not in text.replace(f'"connection": "{NUMBER}"', "")
    assert party.http.delete("/control/journal").status_code == 204
    assert party.http.get("/control/journal").json() == []


def test_the_operators_habits_can_be_read(party: Party) -> None:
    shown = {each["id"]: each for each in party.http.get("/control/operators").json()}

    assert shown["chunghwa"]["single_use_tokens"]
    assert shown["asia-pacific"]["owner"] == "fareastone"
    assert shown["taiwan-star"]["busy_every"] == 5
