"""What tells the real outside from a laptop's: where a host is, and whether TW FidO gave us what we hold."""

import base64
import re
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

DEMO_TWFIDO_ID = "00000000-0000-4000-8000-000000008104"
DEMO_TWFIDO_KEY = b"a demo key for a relying party!!"
LEAST_DIFFERENT_BYTES = 8  # 32 random bytes have fewer with a chance below 2^-100

HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)", re.ASCII)


class TwFidoGiven(NamedTuple):
    """What TW FidO gives a relying party: its id, its AES key, the issuers of mobile certificates, its address."""

    service_id: str
    key: bytes
    ca_file: Path | None
    url: str

    @property
    def is_demo(self) -> bool:
        """Tell whether nothing of it was set."""
        return self[:3] == (DEMO_TWFIDO_ID, DEMO_TWFIDO_KEY, None)


def is_address(host: str) -> bool:
    """Tell whether a host is a number and not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_near(host: str | None) -> bool:
    """Tell whether a host is this machine, where simulators live."""
    name = host or ""
    return name == "localhost" or (
        is_address(name) and (ip_address(name).is_loopback or ip_address(name).is_unspecified)
    )


def read_twfido_key(text: str | None) -> bytes | None:
    """Read the AES key's base64; what is none becomes an empty key, which is refused as one."""
    try:
        return None if text is None else base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def missing_from_twfido(given: TwFidoGiven) -> list[str]:
    """Return what to set where some of a demo's values are left; none where all are, because then it is not used."""
    if given.is_demo:
        return []
    missing = {
        "AUTHSVC_TWFIDO_KEY to the secret key": len(set(given.key)) < LEAST_DIFFERENT_BYTES
        or given.key == DEMO_TWFIDO_KEY,
        "AUTHSVC_TWFIDO_SERVICE_ID to the id": given.service_id == DEMO_TWFIDO_ID,
        "AUTHSVC_TWFIDO_CA_FILE to the issuers of mobile certificates": given.ca_file is None,
    }
    wrong = [f"{what} that TW FidO gave you" for what, is_missing in missing.items() if is_missing]
    if not given.url.startswith("https://"):
        wrong.append("AUTHSVC_TWFIDO_URL to an https:// address: national IDs go there")
    return wrong
