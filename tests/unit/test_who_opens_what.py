"""Who opens which page and which address of the API, and who may call which service: written out by hand.

tests/unit/test_every_address_and_role.py shows that a page keeps what it says about itself; this says what it
should say.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiToken, User
from clinical.dictionary.reading import shipped
from clinical.models import FollowUp, Patient
from clinical.services import patients
from clinical.services.definitions import publish_definition
from clinical.services.filling import fill_form
from studies.models import Membership, Study
from studies.permissions import BY_ROLE
from studies.refusals import NotAllowed, Refused
from studies.services import setup
from tests.factories import (
    CohortFactory,
    SiteFactory,
    StudyFactory,
    UserFactory,
    day,
    make_member,
    make_patient,
)
from tests.unit.modeling.versions import model_of, score_of, version_of
from tests.unit.test_every_address_and_role import of_a_study

pytestmark = pytest.mark.django_db
ROLES = tuple(BY_ROLE)

# What comes after /studies/CODE/, and what one must be able to do there; the first that fits.
PAGES = [
    (r"patients/<str:subject>/forms/.*/files/<str:item>/", {"view_clinical"}),
    (r"enrol/|patients/<str:subject>/(forms|follow-up|enrolment)/.*", {"enter_clinical"}),
    (r"patients/<str:subject>/why/.*", {"view_clinical", "view_models"}),
    (r"forms/", {"view_study"}),
    (r"enrolment.json|patients/.*", {"view_clinical"}),
    (r"trail/", {"view_trail"}),
    (r"data/(new|<int:pk>/(commit|warnings|sheet|drop))/", {"import_assays", "import_clinical"}),
    (r"data/<int:pk>/(names|supersede|wells)/", {"import_assays"}),
    (r"(data/(<int:pk>/((progress|original|samples)/)?)?)?", {"view_study"}),
    (r"plates/<int:pk>/(exclude|lift|lift-all|layout|wells|judge|guide)/", {"judge_plates"}),
    (r"plates/rules/<int:pk>/", {"judge_plates"}),
    (r"plates/(rules/|<int:pk>/(<int:analyte>/.*)?)?", {"view_plates"}),
    (r"specimens/.*", {"view_assays"}),
    (r"models/(new/|<str:name>/specify/)", {"define_models"}),
    (r"models/<str:name>/train/", {"train"}),
    (r"models/<str:name>/v<int:number>/decide/", {"promote"}),
    (r"models/<str:name>/v<int:number>/dataset/", {"export"}),
    (r"models/(compare/.*|<str:name>/(progress/|v<int:number>/.*)?)?", {"view_models"}),
    (r"export/|codebook/", {"export"}),
]


def test_each_page_asks_for_what_it_should() -> None:
    for address, view in of_a_study():
        rest = address.removeprefix("studies/<str:code>/")
        wanted = next((needs for pattern, needs in PAGES if re.fullmatch(pattern, rest)), None)
        assert wanted is not None, f"{address} is a new page: say in PAGES what it needs"
        assert view.capabilities == wanted, address


# The API: letters as in tests/unit/studies/test_access.py.

API = {
    "": "CLSIMG",
    "definition/": "CLSIMG",
    "patients/": "CSIMG",
    "patients/P1/": "CSIMG",
    "follow-ups/": "CSIMG",
    "specimens/": "CLSIMG",
    "measurements/": "CLSIMG",
    "plates/": "LSMG",
    "exclusions/": "LSMG",
    "models/": "SIMG",
    "models/m/": "SIMG",
    "models/m/versions/1/": "SIMG",
    "versions/": "SIMG",
    "scores/": "SIMG",
    "training-runs/": "SIMG",
    "analysis-dataset": "S",
}


@pytest.fixture
def study() -> Study:
    """Two hospitals with a patient each, of whom P1 (at A) has a score by version 1 of m."""
    study = StudyFactory(code="OWN")
    cohort = CohortFactory(study=study)
    for name, code in (("P1", "A"), ("P2", "B")):
        site = SiteFactory(study=study, code=code)
        patient = make_patient(study, site=site, cohort=cohort, subject_id=name)
        FollowUp.objects.create(patient=patient, contact_date=day(30), status="alive")
    version = version_of(model_of(study), status="champion")
    for patient in study.patients.all():
        score_of(version, patient)
    return study


def key(user: User, study: Study, scope: str = "export") -> dict[str, str]:
    """A token that reaches the study, whatever its person may do there."""
    from accounts.services import create_token
    from studies.models import TokenGrant

    token, secret = create_token(user=user, name="t", scope=scope)
    TokenGrant.objects.create(token=token, study=study)
    return {"Authorization": f"Bearer {secret}"}


def get(address: str, headers: dict[str, str], code: str = "OWN") -> Any:
    return Client().get(f"/api/v1/studies/{code}/{address}", headers=headers)


@pytest.mark.parametrize("role", ROLES)
def test_the_api_opens_to_a_role_what_it_may_read_and_nothing_else(study: Study, role: str) -> None:
    headers = key(make_member(study, role, site=study.sites.get(code="A")), study)
    letter = {"manager": "G"}.get(role, role[0].upper())
    for address, letters in API.items():
        status = get(address, headers).status_code
        assert status == (200 if letter in letters else 403), (role, address, status)


def test_a_token_that_may_only_read_exports_nothing(study: Study) -> None:
    person = make_member(study, "statistician")
    assert get("analysis-dataset", key(person, study, "read")).status_code == 403
    assert get("patients/", key(person, study, "read")).status_code == 200
    assert get("analysis-dataset", key(person, study, "export")).status_code == 200


def test_without_a_live_token_the_api_is_shut(study: Study) -> None:
    person = make_member(study, "statistician")
    headers = key(person, study)
    signed_in = Client()
    signed_in.force_login(person)
    for address in API:
        assert get(address, {}).status_code == 401, address
        assert signed_in.get(f"/api/v1/studies/OWN/{address}").status_code in (401, 403), address
    ApiToken.objects.update(revoked_at="2020-01-01T00:00Z")
    for address in API:
        assert get(address, headers).status_code == 401, address


def test_a_token_reaches_its_own_study_only_even_where_its_person_has_more(study: Study) -> None:
    other = StudyFactory(code="OTHER")
    person = make_member(study, "statistician")
    Membership.objects.create(user=person, study=other, role="statistician")
    headers = key(person, study)
    for address in API:
        assert get(address, headers, "OTHER").status_code == 404, address
    listed = Client().get("/api/v1/studies/", headers=headers).json()["results"]
    assert [one["code"] for one in listed] == ["OWN"]


def test_a_token_whose_person_left_the_study_reaches_nothing(study: Study) -> None:
    person = make_member(study, "statistician")
    headers = key(person, study)
    Membership.objects.filter(user=person).delete()
    for address in API:
        assert get(address, headers).status_code in (403, 404), address


@pytest.mark.parametrize("address", ["patients/", "follow-ups/", "scores/"])
def test_the_api_shows_a_hospitals_member_its_own_patients_only(study: Study, address: str) -> None:
    def subjects(**member: Any) -> set[str]:
        headers = key(make_member(study, "investigator", **member), study)
        return {row["subject"] for row in get(address, headers).json()["results"]}

    assert subjects() == {"P1", "P2"}
    assert subjects(site=study.sites.get(code="A")) == {"P1"}


def test_the_api_does_not_give_another_hospitals_patient_by_name(study: Study) -> None:
    headers = key(make_member(study, "coordinator", site=study.sites.get(code="A")), study)
    assert get("patients/P1/", headers).status_code == 200
    assert get("patients/P2/", headers).status_code == 404


# Services

Act = Callable[[Study, Patient, User], Any]
WRITING: dict[str, tuple[str, Act]] = {
    "enrol_patient": ("C", lambda s, p, by: patients.enrol_patient(study=s, site=p.site, cohort=p.cohort, subject_id="N1", index_date=day(0), by=by)),
    "correct_enrolment": ("C", lambda s, p, by: patients.correct_enrolment(patient=p, by=by, reason="typo", index_date=day(1))),
    "fill_form": ("C", lambda s, p, by: fill_form(patient=p, event="pre", form="factors", texts={"age": "60"}, by=by)),
    "publish_definition": ("M", lambda s, p, by: publish_definition(study=s, definition=shipped("nsclc-ici"), by=by)),
    "record_follow_up": ("C", lambda s, p, by: patients.record_follow_up(patient=p, contact_date=day(60), status="alive", by=by)),
    "correct_follow_up": ("C", lambda s, p, by: patients.correct_follow_up(follow_up=p.follow_ups.get(contact_date=day(30)), by=by, reason="typo", status="lost")),
    "add_site": ("M", lambda s, p, by: setup.add_site(study=s, code="new", name="New", by=by)),
    "add_cohort": ("M", lambda s, p, by: setup.add_cohort(study=s, code="new", kind="validation", by=by)),
    "add_member": ("M", lambda s, p, by: setup.add_member(study=s, user=UserFactory(), role="monitor", by=by)),
    "create_study_token": ("M", lambda s, p, by: setup.create_study_token(user=by, study=s, scope="read", name="t", by=by)),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITING)
def test_a_service_is_done_for_whom_it_is_meant_and_refused_to_all_others(
    study: Study, name: str
) -> None:
    letter, act = WRITING[name]
    patient = study.patients.get(subject_id="P1")
    allowed = {"C": "coordinator", "M": "manager"}[letter]
    for role in ROLES:
        if role != allowed:
            with pytest.raises(NotAllowed):
                act(study, patient, make_member(study, role))
    with pytest.raises(NotAllowed):
        act(study, patient, make_member(StudyFactory(), allowed))
    if letter == "C":
        with pytest.raises(NotAllowed):
            act(study, patient, make_member(study, allowed, site=study.sites.get(code="B")))
    patient.refresh_from_db()
    act(study, patient, make_member(study, allowed, site=patient.site if letter == "C" else None))


def test_nobody_moves_a_patient_to_a_hospital_that_is_not_theirs(study: Study) -> None:
    patient = study.patients.get(subject_id="P1")
    at_a = make_member(study, "coordinator", site=study.sites.get(code="A"))
    with pytest.raises(NotAllowed):
        patients.correct_enrolment(
            patient=patient, by=at_a, reason="moved", site=study.sites.get(code="B")
        )
    # Nor does anybody fetch one, by saying on the object that it is already here.
    other = study.patients.get(subject_id="P2")
    other.site = study.sites.get(code="A")
    with pytest.raises(NotAllowed):
        patients.correct_enrolment(patient=other, by=at_a, reason="mine now")


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_correction_needs_a_reason(study: Study, reason: str) -> None:
    patient = study.patients.get(subject_id="P1")
    with pytest.raises(Refused, match="Say why"):
        patients.correct_enrolment(patient=patient, by=None, reason=reason, index_date=day(1))
    with pytest.raises(Refused, match="Say why"):
        patients.correct_follow_up(
            follow_up=patient.follow_ups.get(), by=None, reason=reason, status="lost"
        )


def test_a_token_is_made_only_for_who_has_a_role_and_may_export_if_it_exports(study: Study) -> None:
    def made(user: User, scope: str) -> ApiToken:
        return setup.create_study_token(user=user, study=study, scope=scope, name="t", by=None)[0]

    with pytest.raises(Refused, match="has no role"):
        made(UserFactory(), "read")
    with pytest.raises(Refused, match="may not export"):
        made(make_member(study, "monitor"), "export")
    assert made(make_member(study, "monitor"), "read").scope == "read"
    token = made(make_member(study, "statistician"), "export")
    assert (token.scope, token.grant.study) == ("export", study)
