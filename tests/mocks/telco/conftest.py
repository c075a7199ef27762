from collections.abc import Iterator

import pytest

from tests.mocks.telco.stage import Stage, open_stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as opened:
        yield opened
