"""KYC Match 0.4, and what 0.5 makes of it: whether what a service knows of a person is what the operator has on file.

Sources: `../reference/kyc-match.yaml` and, for operators of `kyc_version` 0.5, `contracts/kyc-match-0.5.yaml`.
"""

import difflib
import unicodedata

from mocks.telco.apis.attributes import attributes_of, kind_of
from mocks.telco.apis.call import Body, Call, Number, Operation
from mocks.telco.apis.errors import CamaraError
from mocks.telco.apis.openapi import properties
from mocks.telco.operators import KYC_MATCH, Operator
from mocks.telco.records import Line

FILES = {"0.4": "kyc-match.yaml", "0.5": "kyc-match-0.5.yaml"}
TRUE, FALSE, NOT_AVAILABLE = "true", "false", "not_available"
_NUMBER = "phoneNumber"
_HIGHEST_SCORE = 99  # 100 would be a match


def attribute_names(operator: Operator) -> frozenset[str]:
    """Return the attributes that an operator's version knows."""
    return properties(FILES[operator.kyc_version], "KYC_MatchRequestBody") - {_NUMBER}


def match(call: Call) -> Body:
    """Return a match for each attribute that was asked for; a score where it is text, differs and scores are given."""
    asked = {name: value for name, value in call.body.items() if name in attribute_names(call.operator)}
    _require_document(call)
    on_file = values_on_file(call)
    told: Body = {}
    for name, value in asked.items():
        told[f"{name}Match"] = _verdict(value, on_file.get(name, frozenset()))
        if told[f"{name}Match"] == FALSE and call.operator.scores and f"{name}MatchScore" in _response_names(call):
            told[f"{name}MatchScore"] = max(_score(value, each) for each in on_file[name])
    return told


def values_on_file(call: Call) -> dict[str, frozenset[str]]:
    """Return the values that an operator accepts for each attribute; an attribute that it does not keep is absent."""
    if not call.line.kept:
        return {}
    documents = call.world.documents(call.line)
    known = {name: frozenset({value}) for name, value in attributes_of(call.world.holder(call.line)).items()}
    known["idDocument"] = documents
    known["idDocumentType"] = frozenset(kind_of(document) for document in documents)
    return {name: values for name, values in known.items() if name not in call.line.not_kept}


def _require_document(call: Call) -> None:
    if not call.operator.id_document_first:
        return
    given = call.body.get("idDocument")
    if given is None:
        raise CamaraError("KNOW_YOUR_CUSTOMER.ID_DOCUMENT_REQUIRED")
    if _verdict(given, values_on_file(call).get("idDocument", frozenset())) != TRUE:
        raise CamaraError("KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH")


def _demand_an_attribute(operator: Operator, body: Body) -> None:
    if not body:
        raise CamaraError("INVALID_ARGUMENT", "Send at least one attribute.")
    if not attribute_names(operator) & set(body):
        raise CamaraError("KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION")


def _has_own_subscriber(line: Line) -> bool:
    return line.plan != "mvno" and line.purpose != "fixed_wireless"  # a virtual operator keeps its own records


def _response_names(call: Call) -> frozenset[str]:
    return properties(FILES[call.operator.kyc_version], "KYC_MatchResponse")


def _verdict(given: str, accepted: frozenset[str]) -> str:
    if not accepted:
        return NOT_AVAILABLE
    return TRUE if _plain(given) in {_plain(each) for each in accepted} else FALSE


def _score(given: str, known: str) -> int:
    ratio = difflib.SequenceMatcher(None, _plain(given), _plain(known)).ratio()
    return min(_HIGHEST_SCORE, int(ratio * 100))


def _plain(text: str) -> str:
    """Return a text as it is compared: width, case and spaces do not count, and 臺 is 台."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().replace("臺", "台").split())


OPERATIONS = (
    Operation(
        api=KYC_MATCH,
        version="v0.4",
        path="/match",
        number=Number.EQUAL,
        file=lambda operator: FILES[operator.kyc_version],
        answer=match,
        demand=_demand_an_attribute,
        serves=_has_own_subscriber,
    ),
)
