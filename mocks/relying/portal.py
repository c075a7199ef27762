"""The one call that a relying service makes: a launch token is changed for who came."""

from collections.abc import Mapping
from typing import Any

import httpx2

from mocks.web import Problem

SECONDS = 5.0


class Portal:
    """The portal as these services reach it: an address, and a secret for each of them."""

    def __init__(self, url: str, secrets: Mapping[str, str]) -> None:
        self._url, self._secrets = url, secrets
        self.heard: list[dict[str, Any]] = []

    @property
    def services(self) -> list[str]:
        """Return the ids of the services."""
        return list(self._secrets)

    def other_than(self, service: str) -> str:
        """Return the id of another service."""
        return next(each for each in self._secrets if each != service)

    def redeem(self, service: str, token: str) -> tuple[int, dict[str, Any]]:
        """Change a token and return status and answer; raise `Problem` (502) where the portal does not answer."""
        url = f"{self._url}/api/v1/launches/redemptions"
        try:
            answer = httpx2.post(url, json={"token": token}, auth=(service, self._secrets[service]), timeout=SECONDS)
            told = answer.json()
        except (httpx2.HTTPError, ValueError) as fault:
            raise Problem(502, "portal_unreachable", "The portal did not answer.") from fault
        self.heard.append({"service": service, "status": answer.status_code, "told": told})
        return answer.status_code, told
