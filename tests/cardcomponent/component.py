"""The component as a process, and a page that calls it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[2]
ORIGIN = "http://localhost:8000"
OTHER = "https://portal.example"
FOREIGN = "https://evil.example"
WISH = {"origin": ORIGIN, "purpose": "login", "challenge_id": "c-1", "nonce": "bm9uY2U"}
ASK = 'ask = ["sh", "-c", "echo $0 >> asked; cat answer | grep -q yes", "{origin}"]\n'


@dataclass
class Component:
    """One running component with a folder of its own; `answer` is what the person says to each question."""

    folder: Path
    process: subprocess.Popen[str]
    url: str
    http: httpx2.Client

    @classmethod
    def start(
        cls,
        folder: Path,
        settings: str,
        env: Mapping[str, str],
        *,
        ask: str = ASK,
        origins: Sequence[str] = (ORIGIN, OTHER),
    ) -> "Component":
        """Start it on a free port with these settings; the person says yes."""
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(
            f"port = 0\norigins = {json.dumps(origins)}\n{ask}{settings}", encoding="utf-8"
        )
        (folder / "answer").write_text("yes", encoding="ascii")
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "cardcomponent", "--folder", str(folder)],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), **env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert process.stdout is not None
        said = process.stdout.readline().split()
        assert said[:1] == ["ready"], (folder / "log").read_text(encoding="utf-8")
        return cls(folder, process, said[1], httpx2.Client(base_url=said[1], timeout=20, trust_env=False))

    def stop(self) -> None:
        self.http.close()
        self.process.terminate()
        self.process.communicate()

    def person_says(self, answer: str) -> None:
        (self.folder / "answer").write_text(answer, encoding="ascii")

    def asked(self) -> list[str]:
        """Return for which web sites the person was asked."""
        path = self.folder / "asked"
        return path.read_text(encoding="ascii").split() if path.exists() else []

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def readers(self) -> list[dict[str, Any]]:
        """Return what a listed page is told of the readers."""
        found: list[dict[str, Any]] = self.http.get("/status", headers={"Origin": ORIGIN}).json()["readers"]
        return found

    def sign(self, wish: Mapping[str, object] = WISH, /, **changes: object) -> httpx2.Response:
        """Have a challenge signed for the page of the origin in it."""
        asked = {**wish, **changes}
        headers = {"Origin": str(asked["origin"]), "Accept-Language": "en"}
        return self.http.post("/sign", json=asked, headers=headers)


def told(answer: httpx2.Response) -> tuple[int, int | None, str]:
    """Return status, the help desk's number and the code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= set(problem)
    return problem["status"], problem.get("reader_code"), problem["code"]
