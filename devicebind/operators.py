"""The operators whose word about a line counts, as data: one more or one fewer is a change of the file alone."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from authsvc.core import strictjson

PACKAGED: Final = Path(__file__).with_name("operators.json")
NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
PLANS: Final = ("jwt_bearer", "shared")
KYC_VERSIONS: Final = ("0.4", "0.5")
FLAGS: Final = ("tenure", "extension")


class BadOperators(ValueError):
    """The file of operators cannot be used; the message says what to mend."""


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One operator: how it is called, where below the gateway it is, and what it offers.

    `token_plan`: `shared` where one token from the phone's own connection opens every question, `jwt_bearer` where
    it opens one and each further question needs a token that we ask for about the number just proved. `tenure`: it
    answers with the contract type. `extension`: it answers for the line's eligibility (family, virtual operator,
    arrears); one that does not cannot vouch for a line, and its customers are told that it is not supported.
    """

    id: str
    name: str
    name_zh: str
    path: str
    token_plan: Literal["jwt_bearer", "shared"]
    kyc: Literal["0.4", "0.5"] = "0.4"
    tenure: bool = True
    extension: bool = True
    client_id: str = "authsvc"


@dataclass(frozen=True)
class Operators:
    """The operators in force, by id."""

    by_id: Mapping[str, Operator]

    def find(self, operator_id: str) -> Operator | None:
        """Return the operator of that id where it can vouch for lines, or None."""
        found = self.by_id.get(operator_id)
        return found if found is not None and found.extension else None


def load_operators(path: Path | None = None) -> Operators:
    """Return the operators of a file, or those that are packaged; raise `BadOperators`."""
    file = path or PACKAGED
    try:
        rows = strictjson.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise BadOperators(f"{file} cannot be read as JSON in UTF-8") from fault
    if not isinstance(rows, list) or not rows:
        raise BadOperators(f"{file} must be a list of one operator or more")
    operators = [_operator(row, number) for number, row in enumerate(rows, start=1)]
    by_id = {operator.id: operator for operator in operators}
    if len(by_id) != len(operators) or len({operator.path for operator in operators}) != len(operators):
        raise BadOperators("each operator needs an id and a path of its own")
    return Operators(by_id)


def _operator(row: Any, number: int) -> Operator:
    if not isinstance(row, dict) or set(row) - set(Operator.__dataclass_fields__):
        raise BadOperators(f"operator {number} must be an object with the fields of the packaged file and no others")
    texts = {"id", "name", "name_zh", "path", *({"client_id"} & set(row))}
    wrong = [
        *sorted(name for name in texts if not isinstance(row.get(name), str) or not row[name]),
        *(name for name in ("id", "path") if isinstance(row.get(name), str) and not NAME.fullmatch(row[name])),
        *(name for name in FLAGS if not isinstance(row.get(name, True), bool)),
    ]
    if row.get("token_plan") not in PLANS:
        wrong.append(f"token_plan (one of {', '.join(PLANS)})")
    if row.get("kyc", "0.4") not in KYC_VERSIONS:
        wrong.append(f"kyc (one of {', '.join(KYC_VERSIONS)})")
    if wrong:
        raise BadOperators(f"operator {number} ({json.dumps(row.get('id'))}) needs a right {', '.join(wrong)}")
    return Operator(**row)
