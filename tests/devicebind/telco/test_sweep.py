"""Card digits that are guessed at with verified numbers count over all people, with what is typed elsewhere."""

from sqlalchemy import select

import authsvc.identity.sweeps as sweeps
from authsvc.core.kit import Kit
from authsvc.core.throttle import Tally
from tests.devicebind.telco.lines import Verifier


def test_a_wrong_guess_counts_and_a_refusal_of_the_line_does_not(kit: Kit, verifier: Verifier) -> None:
    assert verifier.refusal("wang", card_last4="0000") == "details_not_confirmed"
    assert verifier.refusal("hung") == "prepaid_line"

    with kit.read() as session:
        count = session.scalar(select(Tally.tries).where(Tally.scope == sweeps.sweep_limit(kit).scope))
    assert count == 1
