"""A story told step by step: each step is timed and printed, and the first that fails ends it."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx2

from mobileapp.phonewire import Problem

TICK, CROSS, SHIELD = "✓", "✗", "⛨"


class Unexpected(AssertionError):
    """A step came out otherwise than it must."""


FAULTS = (Problem, Unexpected, httpx2.HTTPError, TimeoutError, LookupError, TypeError, ValueError)


@dataclass(kw_only=True)
class Walk:
    """What was done so far."""

    done: int = 0
    started: float = field(default_factory=time.monotonic)

    def step(self, title: str, action: Callable[[], str]) -> None:
        """Do one step and print it; `action` returns what there is to see."""
        before = time.monotonic()
        try:
            seen = action()
        except FAULTS as fault:
            print(f"{CROSS} {_ms(before)}  {title}", explained(fault), sep="\n", flush=True)
            raise SystemExit(1) from fault
        self.done += 1
        print(f"{TICK} {_ms(before)}  {title:<34}  {seen}", flush=True)

    def attack(self, title: str, action: Callable[[], object], *, refused_with: Sequence[int]) -> None:
        """Try something that must be refused with one of these statuses, and print the refusal."""

        def tried() -> str:
            try:
                answer = action()
            except Problem as problem:
                if problem.status not in refused_with:
                    raise
                return f"{SHIELD} {problem.status} {problem.code}"
            raise Unexpected(f"this was accepted: {answer}")

        self.step(title, tried)

    def end(self) -> None:
        """Print the sum."""
        print(f"\n{self.done} steps, each as it must be, in {time.monotonic() - self.started:.1f} s.")


def explained(fault: Exception) -> str:
    """Return what is known about a fault, with the problem's body where there is one."""
    text = f"  {type(fault).__name__}: {fault}"
    if isinstance(fault, Problem):
        text += "\n" + json.dumps(fault.body, ensure_ascii=False, indent=2)
    return text


def expect(condition: object, message: str) -> None:
    """Raise `Unexpected` with the message unless the condition holds."""
    if not condition:
        raise Unexpected(message)


def _ms(since: float) -> str:
    return f"{(time.monotonic() - since) * 1000:6.0f} ms"
