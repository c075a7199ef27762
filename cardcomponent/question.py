"""The question in the terminal that the component runs in: `python -m cardcomponent.question ORIGIN LANGUAGE`."""

import sys
from collections.abc import Sequence

from cardcomponent.words import ALLOW, EXPLANATION, QUESTION, told


def main(arguments: Sequence[str]) -> int:
    """Ask, and return 0 where the person typed yes in full; anything else is a no."""
    origin, language = arguments
    print(f"\n{told(QUESTION, language)}\n\n    {origin}\n\n{told(EXPLANATION, language)}", flush=True)  # noqa: T201
    print(f"{told(ALLOW, language)} = yes: ", end="", flush=True)  # noqa: T201
    return 0 if sys.stdin.readline().strip().lower() == "yes" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
