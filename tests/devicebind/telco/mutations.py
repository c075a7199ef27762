"""Breaks each rule of verification by the operator once, in a copy of the tree, and tells which test notices.

    python -m tests.devicebind.telco.mutations [word ...]

A rule whose breaking no test notices ends the program with 1. With words only the rules that hold one of them are run.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
HERE = "tests/devicebind/telco"
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "vendor", "instance", "build", "__pycache__", "node_modules", "*.db")
NOTICED = re.compile(r"^(?:FAILED|ERROR) \S+?::(test_\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Mutation:
    """A rule, what is replaced by what in a file to ignore it, and the test files that should notice."""

    rule: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = ("test_scenarios.py",)
    everywhere: bool = field(default=False, kw_only=True)
    also: tuple["Mutation", ...] = field(default=(), kw_only=True)  # the same rule's second guard


def ignored(reason: str, *tests: str) -> Mutation:
    """Return the mutation that takes a kind of line for a good one."""
    words = reason.lower().replace("_", " ")
    return Mutation(
        words, "devicebind/lines.py", f": Reason.{reason}", ": None", tests or ("test_scenarios.py",), everywhere=True
    )


LIES, READING, WHOLE, SERVICE, RESILIENCE = (
    ("test_lies.py",),
    ("test_reading.py",),
    ("test_refusals.py",),
    ("test_verifications.py",),
    ("test_resilience.py",),
)
TOKENS, WIRE, LINES = "devicebind/telcotokens.py", "devicebind/telcowire.py", "devicebind/lines.py"
VERIFY, ATTEMPTS, ENROLMENT = (f"devicebind/{name}.py" for name in ("verifications", "attempts", "enrolment"))
MUTATIONS = (
    Mutation("number of the connection", LINES, "if verified is True:", "if verified in (True, False):"),
    Mutation("'true' is not true", LINES, "if verified is True:", "if verified:", READING),
    ignored("PREPAID_LINE"),
    ignored("COMPANY_LINE"),
    ignored("FAMILY_LINE"),
    ignored("MVNO_LINE"),
    ignored("LINE_SUSPENDED"),
    ignored("NOT_MOBILE_DATA"),
    Mutation("somebody else's ID ('false')", LINES, '"false": Reason.DETAILS_NOT_CONFIRMED', '"false": None', READING),
    Mutation(
        "somebody else's ID (403)",
        LINES,
        'ID_DOCUMENT_MISMATCH":\n        return Reason.DETAILS_NOT_CONFIRMED',
        'ID_DOCUMENT_MISMATCH":\n        return None',
        READING,
    ),
    Mutation(
        "not_available is no match", LINES, '"not_available": Reason.DETAILS_NOT_CONFIRMED', '"not_available": None'
    ),
    Mutation(
        "SIM changed recently",
        LINES,
        "return Reason.SIM_CHANGED_RECENTLY if swapped is True",
        "return None if swapped is True",
        WHOLE,
    ),
    Mutation(
        "missing or unknown field",
        LINES,
        "known.get(value, UNCLEAR) if isinstance(value, str) else UNCLEAR",
        "known.get(value) if isinstance(value, str) else None",
        READING,
    ),
    Mutation(
        "half result",
        LINES,
        "for reason in reasons if reason is not None)",
        "for reason in reasons if reason not in (None, UNCLEAR))",
        LIES,
    ),
    Mutation(
        "operator outside the five",
        "devicebind/telco.py",
        'return self.operator(answer.body["operator"] or "")',
        'return self.operator(answer.body["operator"] or "chunghwa")',
        WHOLE,
    ),
    Mutation("resident of the mainland", VERIFY, '"[A-Z][89]9[0-9]{7}"', '"never"', WHOLE),
    Mutation("last digits of the card", VERIFY, "not (same and insured.card_valid)", "not insured.card_valid", WHOLE),
    Mutation("card not valid", VERIFY, "not (same and insured.card_valid)", "not same", WHOLE),
    Mutation(
        "the subscriber's ID",
        VERIFY,
        "        if reason is not None:\n            raise DetailsNotConfirmed\n",
        "",
        WHOLE,
    ),
    Mutation(
        "Wi-Fi told as such", VERIFY, '{"login_required", "interaction_required", "access_denied"}', '{"never"}', WHOLE
    ),
    Mutation("state", VERIFY, "if not ours or", "if", SERVICE),
    Mutation("issuer of the answer", VERIFY, " or returned.iss not in (None, issuer)", "", SERVICE),
    Mutation("same key", VERIFY, "row is None or row.jkt != key.jkt", "row is None", SERVICE),
    Mutation(
        "five minutes",
        ATTEMPTS,
        "in (WAITING, PROVEN) and row.expires_at > at",
        "in (WAITING, PROVEN)",
        SERVICE,
        also=(
            Mutation("", ATTEMPTS, "        PhoneVerification.expires_at > kit.clock.now(),\n", ""),
            Mutation("", ENROLMENT, "        PhoneVerification.expires_at > now,\n", ""),
        ),
    ),
    Mutation(
        "one answer",
        ATTEMPTS,
        "row.state in (WAITING, PROVEN)",
        "row.state",
        SERVICE,
        also=(Mutation("", ATTEMPTS, "        PhoneVerification.state == WAITING,\n", ""),),
    ),
    Mutation(
        "one answer of two at once", ATTEMPTS, "        PhoneVerification.state == WAITING,\n", "", ("test_at_once.py",)
    ),
    Mutation(
        "tries per typed ID",
        ATTEMPTS,
        "    kit.throttle.spend(TYPED_ID, people.national_id_index(kit, what.national_id))\n",
        "",
        SERVICE,
    ),
    Mutation("tries per key", ATTEMPTS, "    kit.throttle.spend(PER_KEY, key.jkt.encode())\n", "", SERVICE),
    Mutation(
        "tries per number",
        ATTEMPTS,
        '    kit.throttle.spend(PER_NUMBER, kit.keys.index("mobile", what.mobile))\n',
        "",
        SERVICE,
    ),
    Mutation(
        "password judged before the code is used",
        VERIFY,
        "    require_good_password(account.password, known=(what.national_id[1:], what.mobile[1:]))\n",
        "",
        SERVICE,
    ),
    Mutation("suspended people", "devicebind/binding.py", "if person.status != ACTIVE:", "if False:", SERVICE),
    Mutation(
        "sessions end with a set password",
        "devicebind/enrolment.py",
        "sessions.end_sessions(session, kit, WebSession.person_id == person.id)",
        "0",
        SERVICE,
    ),
    Mutation(
        "nonce",
        TOKENS,
        "if not hmac.compare_digest(str(claims",
        "if False and not hmac.compare_digest(str(claims",
        LIES,
    ),
    Mutation("issuer of the ID token", TOKENS, 'claims.get("iss") != issuer or ', "", LIES),
    Mutation("audience", TOKENS, ' or claims.get("aud") not in (client_id, [client_id])', "", LIES),
    Mutation("time of the ID token", TOKENS, "if expires <= now or not", "if False and not", LIES),
    Mutation(
        "recognised by the network (amr)",
        TOKENS,
        "not methods or not all(method in BY_NETWORK for method in methods)",
        "False",
        LIES,
    ),
    Mutation(
        "signing key (kid)",
        TOKENS,
        "key = keys.get(key_id(id_token))",
        "key = next(iter(keys.values()), None)",
        ("test_scenarios.py", "test_lies.py"),
    ),
    Mutation(
        "signature",
        TOKENS,
        "verify_signature(id_token, key=key).decode",
        "__import__('base64').urlsafe_b64decode(id_token.split('.')[1] + '===').decode",
        LIES,
    ),
    Mutation("short-lived tokens", TOKENS, "not 0 < life <= LONGEST_LIFE", "False", LIES),
    Mutation("endpoints of the same operator", TOKENS, "_is_below(told[name], issuer) for", "True for", LIES),
    Mutation("PKCE", TOKENS, '        "code_challenge": challenge_of(asked["verifier"]),\n', ""),
    Mutation("a token for each question", "devicebind/inquiry.py", 'token_plan == "jwt_bearer"', 'token_plan == "x"'),
    Mutation("the answer's own correlator", WIRE, "if told != correlator and (correlated or told):", "if False:", LIES),
    Mutation("JSON and nothing else", WIRE, '.strip().lower() != "application/json"', '.strip().lower() == "x"', LIES),
    Mutation("no name twice", WIRE, "strictjson.loads(content", "__import__('json').loads(content", LIES),
    Mutation("limited size", WIRE, "len(content) > LONGEST_ANSWER or ", "", LIES),
    Mutation(
        "no failure is an answer",
        WIRE,
        "if status == TOO_MANY or status >= BROKEN:",
        "if status == TOO_MANY:",
        (*LIES, *RESILIENCE),
    ),
    Mutation("bounded wait", WIRE, "pending.result(timeout=deadline.left)", "pending.result()", RESILIENCE),
    Mutation(
        "workers of its own",
        WIRE,
        'self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix=f"telco-{name}")',
        'self._workers = Wire.__dict__.get("_all") or ThreadPoolExecutor(WORKERS)\n        Wire._all = self._workers',
        ("test_resilience.py::test_a_slow_operator_keeps_nobody_elses_workers",),
        also=(Mutation("", WIRE, "        self._workers.shutdown(wait=False, cancel_futures=True)\n", ""),),
    ),
    Mutation(
        "breaker of its own",
        WIRE,
        "self._breakers = SyncCircuitBreakerFactory(default_threshold=THRESHOLD, default_ttl=REST_SECONDS)",
        "self._breakers = Wire.__dict__.get('_each') or SyncCircuitBreakerFactory(default_threshold=THRESHOLD)\n"
        "        Wire._each, name = self._breakers, 'one'\n        self._name = name",
        RESILIENCE,
    ),
    Mutation(
        "the code is sent once",
        "devicebind/party.py",
        "answer = result_of(self.begin_token(form, deadline), deadline)",
        "result_of(self.begin_token(form, deadline), deadline)\n        "
        "answer = result_of(self.begin_token(form, deadline), deadline)",
    ),
    Mutation(
        "possession is asked once",
        "devicebind/telco.py",
        "against = read_possession(result_of(asked, deadline))",
        "try:\n            against = read_possession(result_of(asked, deadline))\n        except NoAnswer:\n"
        "            against = read_possession(result_of(party.begin_question(VERIFY, token, {}, deadline), deadline))",
        RESILIENCE,
    ),
    Mutation(
        "the gateway's own answer",
        "devicebind/telco.py",
        "any(answer.body.get(name) != value for name, value in question.items())",
        "False",
        LIES,
    ),
    Mutation(
        "one deadline for the whole beginning",
        "devicebind/verifications.py",
        "authorization_url(operator, asked, deadline)",
        "authorization_url(operator, asked)",
        ("test_one_deadline.py",),
    ),
    Mutation(
        "one deadline for the whole answer",
        "devicebind/telco.py",
        "token = party.redeem(attempt, deadline)",
        "token = party.redeem(attempt, self.deadline())",
        ("test_one_deadline.py",),
    ),
    Mutation(
        "a phone sets its own person's password alone",
        "authsvc/identity/devices.py",
        "mine = select(Device).where(Device.jkt == jkt, Device.person_id == person_id, ",
        "mine = select(Device).where(Device.jkt == jkt, ",
        ("test_password_alone.py",),
    ),
    Mutation(
        "a bound phone is not bound twice",
        "devicebind/enrolment.py",
        "if own is None:",
        "if True:",
        ("test_password_alone.py",),
    ),
    Mutation(
        "who stopped new phones keeps the password",
        "devicebind/binding.py",
        "    require_unfrozen(session, person.id)\n",
        "",
        ("test_password_alone.py",),
    ),
    Mutation(
        "a number never upgrades",
        "authsvc/identity/assurance.py",
        "via is not None and via not in CARD_BOUND",
        "False",
        ("test_assurance.py",),
    ),
)


def main() -> int:
    """Run the mutations that were asked for and print the table."""
    wanted = [each for each in MUTATIONS if not sys.argv[1:] or any(word in each.rule for word in sys.argv[1:])]
    unnoticed = []
    print("| rule | broken in | noticed by |\n|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        for mutation in wanted:
            noticed = noticed_by(copy, mutation)
            unnoticed += [] if noticed else [mutation.rule]
            print(f"| {mutation.rule} | `{Path(mutation.file).name}` | `{noticed or 'NOBODY'}` |", flush=True)
    print(f"\n{len(wanted)} rules broken, {len(wanted) - len(unnoticed)} noticed", *unnoticed, sep="\n")
    return 1 if unnoticed else 0


def noticed_by(copy: Path, mutation: Mutation) -> str | None:
    """Return the first test that fails in the mutated copy, or None."""
    parts = (mutation, *mutation.also)
    whole = {copy / part.file: (copy / part.file).read_text(encoding="utf-8") for part in parts}
    for part in parts:
        break_rule(copy / part.file, part)
    tests = [f"{HERE}/{name}" for name in mutation.tests]
    options = ["-x", "-q", "--no-header", "-k", "not postgresql"]
    try:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests], cwd=copy, capture_output=True, text=True, check=False
        )
    finally:
        for path, text in whole.items():
            path.write_text(text, encoding="utf-8")
    if run.returncode not in (0, 1):
        raise SystemExit(f"{mutation.rule}: the tests could not be run\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
    failed = NOTICED.search(run.stdout)
    return failed[1] if failed else None


def break_rule(path: Path, mutation: Mutation) -> None:
    """Replace what holds the rule; it must stand there exactly once."""
    text = path.read_text(encoding="utf-8")
    found = text.count(mutation.old)
    if found == 0 or (found > 1 and not mutation.everywhere):
        raise SystemExit(f"{mutation.rule}: {found} places of {mutation.old!r} in {mutation.file} instead of one")
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
