"""The dates of an outcome from contacts in memory: what an import would make of them before it writes."""

import pytest

from clinical.models import FollowUp
from clinical.selectors.outcomes import ENDPOINTS, Course, course_of, is_assessment, outcome_of
from tests.factories import INDEX_DATE, day


def contact(n: int, **fields: object) -> FollowUp:
    return FollowUp(**{"contact_date": day(n), "status": "alive"} | fields)


CONTACTS = [
    contact(60, disease_assessed=False, response="PR"),
    contact(30, response="SD"),
    contact(95, response="PD", progression_date=day(94)),
    contact(90, disease_assessed=True, progression_date=day(80)),
    contact(100, response="NE"),
    contact(130, status="dead"),
    contact(120, status="dead"),
]


def test_each_date_is_the_first_or_the_last_of_its_kind() -> None:
    assert course_of(INDEX_DATE, CONTACTS) == Course(
        index_date=INDEX_DATE,
        last_contact=day(130),
        last_assessment=day(95),
        death_date=day(120),
        first_progression=day(80),
    )


def test_without_contacts_no_date_is_known() -> None:
    assert course_of(INDEX_DATE, []) == Course(INDEX_DATE, None, None, None, None)


@pytest.mark.parametrize(
    ("fields", "assessed"),
    [
        ({}, False),
        ({"response": "NE"}, False),
        *[({"response": response}, True) for response in ("CR", "PR", "SD", "PD")],
        ({"disease_assessed": True}, True),
        ({"disease_assessed": True, "response": "NE"}, True),
        ({"disease_assessed": False, "response": "CR"}, False),
    ],
)
def test_what_was_said_of_the_assessment_goes_before_the_response(fields, assessed) -> None:
    assert is_assessment(contact(1, **fields)) is assessed


def test_the_endpoints_are_those_of_specifications() -> None:
    from ciri.specification.specification import ENDPOINTS as OF_SPECIFICATIONS

    assert ENDPOINTS == OF_SPECIFICATIONS == ("OS", "PFS")


def test_the_outcome_of_a_course() -> None:
    course = course_of(INDEX_DATE, CONTACTS[:2])
    assert (outcome_of(course, "OS").days, outcome_of(course, "PFS").days) == (60, 30)
