"""What no published scenario of KYC Match covers: not_available, companies, former numbers, and what 0.5 changes."""

import pytest

from mocks.telco.apis.kyc_match import attribute_names
from mocks.telco.operators import Operator
from tests.mocks.telco.stage import OWN_NUMBER, PROFILES, RESIDENT, Answer, Stage, profile

MATCH, SCOPE = "/kyc-match/v0.4/match", "kyc-match:match"
FORMER = "BD09000333"
CITIZEN = "A109000016"


def match(stage: Stage, operator: Operator, body: object) -> Answer:
    return stage.ask(operator, MATCH, token=stage.token(operator, SCOPE), json=body)


@pytest.mark.parametrize("operator", PROFILES, ids=lambda each: each.id)
def test_what_is_not_kept_is_not_available_and_never_true(stage: Stage, operator: Operator) -> None:
    stage.line(operator, holder=RESIDENT, not_kept=frozenset({"name", "birthdate"}))
    body = {"idDocument": RESIDENT, "name": "TANAKA", "birthdate": "1980-01-01", "gender": "OTHER"}

    answer = match(stage, operator, body)

    assert answer.body == {
        "idDocumentMatch": "true",
        "nameMatch": "not_available",
        "birthdateMatch": "not_available",
        "genderMatch": "false",
    }


@pytest.mark.parametrize("operator", PROFILES, ids=lambda each: each.id)
def test_an_operator_that_keeps_nothing_confirms_nothing(stage: Stage, operator: Operator) -> None:
    stage.line(operator, holder=RESIDENT, kept=False)

    answer = match(stage, operator, {"idDocument": RESIDENT})

    if operator.id_document_first:
        assert (answer.status, answer.code) == (403, "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH")
    else:
        assert answer.body == {"idDocumentMatch": "not_available"}


def test_some_lines_of_the_vague_operators_lack_attributes_and_no_others_do(stage: Stage) -> None:
    lacking: dict[str, int] = {}
    for line in stage.ground.world.all():
        lacking[line.operator] = lacking.get(line.operator, 0) + len(line.not_kept)

    for operator in PROFILES:
        assert (lacking[operator.id] > 0) == (operator.vague > 0), operator.id


@pytest.mark.parametrize("operator", PROFILES, ids=lambda each: each.id)
def test_a_citizens_card_has_no_expiry_date_on_file(stage: Stage, operator: Operator) -> None:
    stage.line(operator, holder=CITIZEN)

    answer = match(stage, operator, {"idDocument": CITIZEN, "idDocumentExpiryDate": "2030-01-01"})

    assert answer.body == {"idDocumentMatch": "true", "idDocumentExpiryDateMatch": "not_available"}


@pytest.mark.parametrize("operator", PROFILES, ids=lambda each: each.id)
def test_a_companys_line_matches_its_representatives_id_too(stage: Stage, operator: Operator) -> None:
    """That is why a match alone never says that a line is a person's own."""
    company = next(each for each in stage.ground.world.parties.values() if each.kind == "company")
    stage.line(operator, plan="company", holder=company.id)

    for document, kind in ((company.representative, "national_id_card"), (company.id, "other")):
        answer = match(stage, operator, {"idDocument": document, "idDocumentType": kind})
        assert answer.body == {"idDocumentMatch": "true", "idDocumentTypeMatch": "true"}


@pytest.mark.parametrize("operator", PROFILES, ids=lambda each: each.id)
def test_a_former_residence_number_matches_where_the_operator_knows_both(stage: Stage, operator: Operator) -> None:
    stage.line(operator, holder=FORMER)

    answer = match(stage, operator, {"idDocument": RESIDENT})

    if operator.knows_former_numbers:
        assert answer.body == {"idDocumentMatch": "true"}
    elif operator.id_document_first:
        assert (answer.status, answer.code) == (403, "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_MISMATCH")
    else:
        assert answer.body == {"idDocumentMatch": "false"}
    assert match(stage, operator, {"idDocument": FORMER}).body == {"idDocumentMatch": "true"}


def test_width_case_spaces_and_two_forms_of_a_character_do_not_count(stage: Stage) -> None:
    operator = profile("chunghwa")
    stage.line(operator, holder=CITIZEN)
    for name in ("王測明", " 王 測明", "王測明\u3000"):
        assert match(stage, operator, {"name": name}).body == {"nameMatch": "true"}
    assert match(stage, operator, {"idDocument": "ａ１０９０００016"}).body == {"idDocumentMatch": "true"}


def test_only_the_newest_operator_knows_the_bank_account_and_bounds_lengths(stage: Stage) -> None:
    for operator in PROFILES:
        stage.line(operator, holder=RESIDENT, not_kept=frozenset())
        account = match(stage, operator, {"idDocument": RESIDENT, "bankAccountNumber": "1"})
        long = match(stage, operator, {"idDocument": RESIDENT, "name": "x" * 2000})
        if operator.kyc_version == "0.5":
            assert account.body["bankAccountNumberMatch"] == "false"
            assert (long.status, long.code) == (400, "INVALID_ARGUMENT")
        else:
            assert account.body == {"idDocumentMatch": "true"}  # an unknown name is passed over
            assert long.body["nameMatch"] == "false"
        assert ("bankAccountNumber" in attribute_names(operator)) == (operator.kyc_version == "0.5")


def test_lines_of_other_operators_cannot_be_asked_about(stage: Stage) -> None:
    here, there = profile("chunghwa"), profile("fareastone")
    token = stage.token(here, SCOPE, number=OWN_NUMBER[there.id])

    answer = stage.ask(here, MATCH, token=token, json={"name": "x"})

    assert (answer.status, answer.code) == (404, "IDENTIFIER_NOT_FOUND")
