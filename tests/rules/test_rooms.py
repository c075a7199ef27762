"""Sizes, names and what must not be seen in a room."""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.rules.tree import FEATURES, ROOT, SERVICE, files, functions, lines, name, run, tree

ROOMS = {"__init__", "models", "schemas", "views", "pages"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}


@pytest.mark.parametrize("path", files(*SERVICE), ids=name)
def test_a_file_and_its_functions_stay_short(path: Path) -> None:
    longest = 12 if path.name == "views.py" and path.parts[-2] != "registry" else 30

    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250
    assert [f"{each.name}: {lines(each)}" for each in functions(path) if lines(each) > longest] == []


@pytest.mark.parametrize("path", files("tests"), ids=name)
def test_a_test_file_stays_readable(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", files(*SERVICE), ids=name)
def test_nothing_is_imported_inside_a_function_and_no_exception_is_swallowed(path: Path) -> None:
    inside = [
        each.name
        for each in functions(path)
        for node in ast.walk(each)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    broad = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
    ]

    assert inside == []
    assert broad == []


@pytest.mark.parametrize("path", files("authsvc", *FEATURES), ids=name)
def test_time_and_environment_have_one_door_each(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    reads_clock = any(call in text for call in ("datetime.now(", "time.time(", "utcnow(", "date.today("))
    reads_environment = "os.environ" in text or "getenv(" in text

    assert not reads_clock or path.name == "clock.py"
    assert not reads_environment


def test_no_room_is_a_lumber_room() -> None:
    assert [name(path) for path in files(*SERVICE) if path.stem in FORBIDDEN_NAMES] == []


def test_every_feature_has_the_same_rooms() -> None:
    for feature in ("authsvc/registration", *FEATURES):
        assert {"__init__", "models", "schemas", "views", "pages"} <= {
            path.stem for path in (ROOT / feature).glob("*.py")
        }


def test_tests_patch_nothing() -> None:
    words = ("monkey" + "patch", "Magic" + "Mock", "unittest" + ".mock")

    assert [
        name(path) for path in files("tests") if any(word in path.read_text(encoding="utf-8") for word in words)
    ] == []


def test_the_arrows_point_one_way() -> None:
    result = run(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")

    assert result.returncode == 0, result.stdout


def test_the_lock_names_the_public_index_only() -> None:
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = {part.partition("/")[0] for part in lock.split("https://")[1:]}

    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = {module_name(path): path for path in files(*SERVICE)}

    order = TopologicalSorter({module: imported(path, set(known)) - {module} for module, path in known.items()})

    assert set(order.static_order()) >= set(known)  # raises CycleError with the circle


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, known: set[str]) -> set[str]:
    """Return the project's modules that a file imports; `from package import room` counts the package too."""
    named: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return named & known
