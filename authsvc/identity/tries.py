"""The budgets of tries that several features share."""

from datetime import timedelta
from typing import Final

from authsvc.core.kit import Kit
from authsvc.core.throttle import Limit

# One budget over every door where somebody types a national ID with a secret; it counts IDs that do not exist too.
TYPED_ID: Final = Limit(scope="typed-id", tries=5, pause=timedelta(seconds=60), closes_at=100)
# Tries from one address, over all people; generous, because a counter or an office shares one.
SOURCE: Final = Limit(scope="source", tries=100, pause=timedelta(seconds=60), forgets=timedelta(minutes=10))


def spend_source(kit: Kit) -> None:
    """Count a try of the caller's address; raise `Throttled` when there were too many."""
    kit.throttle.spend(SOURCE, kit.source_index)
