"""The source as the laws read it."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FEATURES = (
    *("batch", "bulletin", "certlogin", "counter", "devicebind", "otp"),
    *("passkeys", "qrlogin", "relying", "twfido", "underwriting", "units"),
)
SERVICE = ("authsvc", *FEATURES, "mobileapp", "mocks", "devtools", "cardcomponent")


@cache
def files(*folders: str) -> tuple[Path, ...]:
    """Return the Python files below these folders."""
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the project's environment and return what it printed."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
