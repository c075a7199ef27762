"""The process that ends a stack's processes when whoever started them is gone, however it went.

It reads `+<process group>` and `-<process group>` lines from its input. The end of the input is the end of the parent:
the pipe closes even when the parent was killed, and what is still on the list is ended.
"""

import contextlib
import os
import signal
import sys
import time

GRACE_SECONDS = 5.0
LOOK_EVERY_SECONDS = 0.05


def main() -> None:
    """Keep the list until the input ends, then end what is left on it."""
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    end_groups(groups)


def end_groups(groups: set[int]) -> None:
    """Ask all process groups to end, wait up to 5 seconds together, then kill those that are left."""
    left = {group for group in groups if signal_group(group, signal.SIGTERM)}
    deadline = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_SECONDS)
        left = {group for group in left if signal_group(group, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


def signal_group(group: int, number: int) -> bool:
    """Send a signal to a process group; tell whether the group was there."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    main()
