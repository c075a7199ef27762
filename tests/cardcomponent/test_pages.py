"""Which pages may ask, how they must ask, and that the person is asked first."""

import os
import pty
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from cardcomponent.origins import Consents, checked_origin
from tests.cardcomponent.component import FOREIGN, ORIGIN, OTHER, ROOT, WISH, Component, told
from tests.cardcomponent.conftest import Issued, SoftHsm

PIN = "246810"


@pytest.fixture(scope="module")
def component(
    softhsm: SoftHsm, issued: Callable[[str], Issued], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Component]:
    """Run the component over one token."""
    softhsm.add("pages", issued("wang-cert"), PIN)
    running = Component.start(tmp_path_factory.mktemp("pages"), softhsm.settings("pages"), softhsm.env)
    yield running
    running.stop()


@pytest.fixture
def stranger(component: Component) -> Component:
    """Let the component have been asked by nobody yet."""
    for name in ("origins.json", "asked"):
        (component.folder / name).unlink(missing_ok=True)
    component.person_says("yes")
    return component


def command(component: Component, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "cardcomponent", "--folder", str(component.folder), *arguments]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def preflight(component: Component, origin: str, path: str = "/sign") -> httpx2.Response:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Private-Network": "true"}
    return component.http.options(path, headers={"Origin": origin, **asked})


def test_a_foreign_page_gets_nothing(component: Component) -> None:
    foreign = component.sign(origin=FOREIGN, pin=PIN)
    status = component.http.get("/status", headers={"Origin": FOREIGN})

    assert told(foreign) == told(status) == (403, 61006, "origin_not_listed")
    assert "access-control-allow-origin" not in foreign.headers
    assert "access-control-allow-origin" not in status.headers


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        (None, "origin_mismatch"),
        (OTHER, "origin_mismatch"),
        ("null", "origin_not_listed"),
        ("", "origin_not_listed"),
        (f"{ORIGIN}.evil.example", "origin_not_listed"),
    ],
)
def test_a_page_signs_for_its_own_origin_only(component: Component, origin: str | None, code: str) -> None:
    headers = {} if origin is None else {"Origin": origin}

    answer = component.http.post("/sign", json={**WISH, "pin": PIN}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_a_picture_of_a_foreign_page_does_not_look_at_the_card(component: Component) -> None:
    fetched = component.http.get("/status", headers={"Sec-Fetch-Site": "cross-site"})

    assert told(fetched) == (403, 61006, "origin_not_listed")
    assert component.http.get("/status", headers={"Sec-Fetch-Site": "none"}).status_code == 200  # typed by the person


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1.evil.example:{port}"])
def test_a_name_that_was_pointed_here_is_refused(component: Component, host: str) -> None:
    named = host.format(port=component.url.rpartition(":")[2])

    for path in ("/status", "/healthz", "/nowhere"):
        assert told(component.http.get(path, headers={"Host": named})) == (403, None, "host_refused")
    signed = component.http.post("/sign", json={**WISH, "pin": PIN}, headers={"Host": named, "Origin": ORIGIN})
    assert told(signed) == (403, None, "host_refused")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_needs_no_preflight_is_refused(component: Component, kind: str) -> None:
    sent = '{"origin": "http://localhost:8000", "purpose": "login", "challenge_id": "c", "nonce": "n", "pin": "246810"}'

    answer = component.http.post("/sign", content=sent, headers={"Content-Type": kind, "Origin": ORIGIN})

    assert told(answer) == (415, None, "json_only")


def test_a_malformed_body_is_refused_with_the_fields_name(component: Component) -> None:
    def send(content: str) -> httpx2.Response:
        headers = {"Content-Type": "application/json", "Origin": ORIGIN}
        return component.http.post("/sign", content=content, headers=headers)

    assert told(send("[]")) == told(send("{")) == (400, None, "malformed")
    assert told(send('{"origin": "' + "x" * 9000 + '"}'))[0] == 413
    for name, value in (("nonce", "a\nb"), ("nonce", "ü"), ("purpose", ""), ("challenge_id", 7), ("nonce", "x" * 513)):
        answer = component.sign(**{name: value})
        assert told(answer) == (422, None, "invalid_field")
        assert list(answer.json()["errors"]) == [name]
    assert told(component.sign(pin=246810)) == told(component.sign(kind="bus")) == (422, None, "invalid_field")


def test_a_preflight_opens_the_private_network_to_listed_pages_only(component: Component) -> None:
    allowed, foreign = preflight(component, OTHER), preflight(component, FOREIGN)

    assert allowed.status_code == 204
    shown = {name: allowed.headers[f"access-control-allow-{name}"] for name in ("origin", "methods", "headers")}
    assert shown == {"origin": OTHER, "methods": "GET, POST", "headers": "Content-Type"}
    assert allowed.headers["access-control-allow-private-network"] == "true"
    assert told(foreign) == (403, 61006, "origin_not_listed")
    assert "access-control-allow-private-network" not in foreign.headers


def test_a_refusal_is_told_in_the_pages_language(component: Component) -> None:
    for language, word in (("zh-TW,zh;q=0.9", "位數字"), ("en-US,en", "digits"), ("de", "位數字")):
        headers = {"Origin": ORIGIN, "Accept-Language": language}
        answer = component.http.post("/sign", json={**WISH, "pin": "1"}, headers=headers)
        assert word in answer.json()["detail"]
        assert answer.headers["access-control-allow-origin"] == ORIGIN  # or the page could not read the reason


def test_the_person_is_asked_once_for_each_new_site(stranger: Component) -> None:
    assert [stranger.sign(pin=PIN).status_code for _ in range(2)] == [200, 200]
    assert stranger.sign(origin=OTHER, pin=PIN).status_code == 200

    assert stranger.asked() == [ORIGIN, OTHER]
    kept = stranger.folder / "origins.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_no_is_a_no_and_does_not_bring_the_question_back_at_once(stranger: Component) -> None:
    stranger.person_says("no")
    other = "https://portal.example"

    answers = [stranger.sign(origin=other, pin="000000") for _ in range(3)]

    assert [told(answer) for answer in answers] == [(403, 61006, "signing_denied")] * 3
    assert stranger.asked() == [other]


def test_pages_that_ask_at_once_bring_up_one_question(stranger: Component) -> None:
    with ThreadPoolExecutor(3) as pages:
        answers = list(pages.map(lambda _: stranger.sign(pin=PIN), range(3)))

    assert [answer.status_code for answer in answers] == [200] * 3
    assert stranger.asked() == [ORIGIN]


def test_what_was_allowed_can_be_listed_and_taken_back(stranger: Component) -> None:
    assert stranger.sign(pin=PIN).status_code == 200
    assert command(stranger, "origins", "list").stdout.startswith(f"{ORIGIN} since 20")

    assert command(stranger, "origins", "forget", ORIGIN).returncode == 0
    assert ORIGIN not in (stranger.folder / "origins.json").read_text(encoding="ascii")
    assert stranger.sign(pin=PIN).status_code == 200  # the running component asks anew
    assert stranger.asked() == [ORIGIN, ORIGIN]


def test_answers_that_others_could_have_written_are_not_believed(tmp_path: Path) -> None:
    consents = Consents(tmp_path / "origins.json")
    consents.allow(ORIGIN)
    assert list(consents.all()) == [ORIGIN]

    (tmp_path / "origins.json").chmod(0o666)
    assert consents.all() == {}
    (tmp_path / "origins.json").chmod(0o600)
    for broken in ("{", "[]", '{"http://localhost:8000": 1}'):
        (tmp_path / "origins.json").write_text(broken, encoding="utf-8")
        assert consents.all() == {}


@pytest.mark.parametrize(
    "way",
    ['ask = "never"\n', 'ask_seconds = 1\nask = ["sleep", "9"]\n', 'ask = ["/nowhere/ask"]\n', 'ask = "auto"\n'],
    ids=["nobody to ask", "no answer in time", "program missing", "no screen and no terminal"],
)
def test_without_an_answer_nothing_is_signed(softhsm: SoftHsm, component: Component, tmp_path: Path, way: str) -> None:
    del component  # made the token
    environment = {**softhsm.env, "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    silent = Component.start(tmp_path / "silent", softhsm.settings("pages"), environment, ask=way)
    try:
        assert told(silent.sign(pin=PIN)) == (403, 61006, "signing_denied")
        assert not (silent.folder / "origins.json").exists()
    finally:
        silent.stop()


@pytest.mark.parametrize(("typed", "status"), [("yes\n", 0), ("y\n", 1), ("\n", 1), ("no\n", 1), ("\x04", 1)])
def test_in_a_terminal_only_a_typed_yes_is_one(typed: str, status: int) -> None:
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "cardcomponent.question", OTHER, "zh-Hant-TW"]
    asked = subprocess.Popen(line, cwd=ROOT, stdin=theirs, stdout=subprocess.PIPE, text=True)
    os.write(ours, typed.encode())
    said, _ = asked.communicate(timeout=10)

    assert asked.returncode == status
    assert OTHER in said
    assert "允許" in said
    os.close(ours)
    os.close(theirs)


def test_a_window_that_cannot_open_is_no_yes() -> None:
    line = [sys.executable, "-m", "cardcomponent.window", OTHER, "en"]

    shown = subprocess.run(line, cwd=ROOT, env={"DISPLAY": ":99999"}, capture_output=True, text=True, check=False)

    assert shown.returncode != 0
    assert "display" in shown.stderr


@pytest.mark.parametrize(
    "odd",
    ["*", "null", "http://portal.example", "https://portal.example/", "https://portal.example:443", "https://Portal.example",
     "https://a@b.example", "ftp://x.example", "https://"],
)  # fmt: skip
def test_only_exact_origins_can_be_listed(odd: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        checked_origin(odd)
    assert checked_origin("https://portal.example:8443") == "https://portal.example:8443"


def test_it_listens_on_this_computer_alone(component: Component) -> None:
    port = int(component.url.rpartition(":")[2])
    table = Path("/proc/net/tcp").read_text(encoding="ascii") + Path("/proc/net/tcp6").read_text(encoding="ascii")

    listening = [line.split()[1] for line in table.splitlines() if f":{port:04X} " in line and " 0A " in line]
    assert listening == [f"0100007F:{port:04X}"]
