"""The check that no program is writing: work that was done for this service, now, and counts once."""

import base64
import json
import time
from dataclasses import replace
from typing import Any

import altcha
import pytest

from authsvc.core.kit import Kit
from tests.clocks import MovableClock
from tests.simulators import acts
from tests.underwriting.conftest import Clerk, refusal, solve
from underwriting import proofs

FAILED = (403, "bot_check_failed")


def changed(proof: str, **parameters: Any) -> str:
    """Lie about what the challenge asked for, and solve that."""
    challenge = json.loads(base64.b64decode(proof))["challenge"]
    challenge["parameters"] |= parameters
    return solve(challenge)


def test_a_solution_counts_once(clerk: Clerk, kit: Kit) -> None:
    proof = clerk.proof

    assert clerk.apply(proof=proof).status_code == 202
    assert refusal(clerk.apply(proof=proof)) == FAILED
    assert refusal(clerk.forget(proof=proof)) == FAILED
    assert acts(kit)[-1] == ("underwriting.forgotten", "bot_check_failed")


def test_a_solution_in_other_letters_is_the_same_solution(clerk: Clerk) -> None:
    proof = clerk.proof
    told = json.loads(base64.b64decode(proof))
    told["challenge"]["signature"] = told["challenge"]["signature"].upper()
    again = base64.b64encode(json.dumps(told, indent=1).encode()).decode()

    assert clerk.apply(proof=proof).status_code == 202
    assert refusal(clerk.apply(proof=again)) == FAILED


@pytest.mark.parametrize(("seconds", "status"), [(599, 202), (600, 403)])
def test_a_challenge_is_good_for_ten_minutes(clerk: Clerk, clock: MovableClock, seconds: int, status: int) -> None:
    proof = clerk.proof
    clock.forward(seconds=seconds)

    assert clerk.apply(proof=proof).status_code == status


def test_a_challenge_that_was_made_cheaper_is_no_challenge_of_ours(clerk: Clerk) -> None:
    proof = clerk.proof

    assert refusal(clerk.apply(proof=changed(proof, keyPrefix="00"))) == FAILED
    assert refusal(clerk.apply(proof=changed(proof, cost=1, keyPrefix="0"))) == FAILED
    assert refusal(clerk.apply(proof=changed(proof, data={"until": 9999999999, "tries": 4}))) == FAILED


def test_a_challenge_of_ones_own_is_none(clerk: Clerk) -> None:
    mine = altcha.create_challenge("PBKDF2/SHA-256", 1, counter=1, hmac_secret="mine", hmac_key_secret="mine")

    assert refusal(clerk.apply(proof=solve(mine.to_dict()))) == FAILED
    assert refusal(clerk.apply(proof=solve(altcha.create_challenge("SHA-256", 1, counter=1).to_dict()))) == FAILED


def test_an_answer_that_was_not_worked_out_is_refused(clerk: Clerk) -> None:
    challenge = clerk.post("/underwriting/challenges").get_json()

    assert refusal(clerk.apply(proof=solve(challenge, derivedKey="00" * 32))) == FAILED
    assert refusal(clerk.apply(proof=solve(challenge, derivedKey=challenge["parameters"]["keyPrefix"]))) == FAILED
    assert refusal(clerk.apply(proof=base64.b64encode(b"[1]").decode())) == FAILED
    assert clerk.apply(proof=solve(challenge)).status_code == 202  # what failed used nothing up


@pytest.mark.parametrize("proof", ["", "!", "x" * 2049, None, 7])
def test_what_is_no_text_of_that_shape_is_not_even_read(clerk: Clerk, proof: object) -> None:
    assert refusal(clerk.apply(proof=proof)) == (422, "invalid")


def test_without_a_solution_nothing_is_asked_or_counted(clerk: Clerk, kit: Kit) -> None:
    for _ in range(7):
        assert refusal(clerk.apply(proof="AAAA")) == FAILED

    assert clerk.apply().status_code == 202
    assert [outcome for action, outcome in acts(kit) if action == "underwriting.asked"].count("done") == 1


def test_the_work_is_what_the_settings_say(kit: Kit) -> None:
    hard = replace(kit, settings=replace(kit.settings, proof_of_work=200))

    tries = [altcha.solve_challenge(altcha.Challenge.from_dict(proofs.new_challenge(hard))) for _ in range(3)]

    assert all(each is not None and 100 <= each.counter <= 200 for each in tries)


def test_checking_a_solution_costs_a_fraction_of_finding_it(clerk: Clerk, kit: Kit) -> None:
    hard = replace(kit, settings=replace(kit.settings, proof_of_work=400))
    challenge = proofs.new_challenge(hard)
    begun = time.perf_counter()
    solution = solve(challenge)
    found = time.perf_counter()
    proofs.require(hard, solution)
    checked = time.perf_counter()

    assert clerk
    assert checked - found < (found - begun) / 2
