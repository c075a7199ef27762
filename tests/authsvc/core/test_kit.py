import pytest

from authsvc.core.kit import Caller, Kit
from authsvc.core.throttle import Throttle


def test_a_request_gets_the_same_kit_with_its_own_caller(ground: Kit) -> None:
    other = ground.on_behalf_of(Caller(source="198.51.100.1"))

    assert (other.engine, other.keys) == (ground.engine, ground.keys)
    assert (ground.caller.source, other.caller.source) == ("192.0.2.7", "198.51.100.1")


def test_an_empty_port_is_named(ground: Kit) -> None:
    with pytest.raises(LookupError, match="nothing stands at the port Throttle"):
        ground.port(Throttle)
