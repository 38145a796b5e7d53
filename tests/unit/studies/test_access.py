"""Who sees what and may do what: roles, hospitals, studies, and accounts that were closed."""

import pytest

from accounts.models import User
from clinical.selectors.access import patients_visible_to
from studies.models import Membership, Site, Study
from studies.permissions import BY_ROLE, IN_WHOLE, Capability
from studies.refusals import NotAllowed
from studies.selectors.access import (
    capabilities_in,
    may,
    memberships_with,
    require,
    sites_open_to,
    studies_visible_to,
)
from tests.factories import SiteFactory, StudyFactory, UserFactory, make_member, make_patient

pytestmark = pytest.mark.django_db

# The table of the house, written out once more by hand: C coordinator, L laboratory, S statistician,
# I investigator, M monitor, G manager.
TABLE = {
    "view_study": "CLSIMG",
    "view_clinical": "CSIMG",
    "enter_clinical": "C",
    "import_clinical": "CG",
    "view_assays": "CLSIMG",
    "import_assays": "L",
    "view_plates": "LSMG",
    "judge_plates": "L",
    "view_models": "SIMG",
    "define_models": "S",
    "train": "S",
    "promote": "I",
    "export": "S",
    "view_trail": "MG",
    "manage": "G",
}
LETTERS = {
    "C": "coordinator",
    "L": "laboratory",
    "S": "statistician",
    "I": "investigator",
    "M": "monitor",
    "G": "manager",
}


@pytest.fixture
def study() -> Study:
    study = StudyFactory(code="OURS")
    for code in ("tokyo", "osaka"):
        make_patient(study, site=SiteFactory(study=study, code=code), subject_id=code)
    return study


@pytest.fixture
def foreign() -> Study:
    study = StudyFactory(code="THEIRS")
    make_patient(study, subject_id="theirs")
    return study


@pytest.fixture
def tokyo(study: Study) -> Site:
    return study.sites.get(code="tokyo")


@pytest.fixture
def osaka(study: Study) -> Site:
    return study.sites.get(code="osaka")


def seen_by(user: User, *capability: Capability) -> set[str]:
    return set(patients_visible_to(user, *capability).values_list("subject_id", flat=True))


def open_to(user: User, study: Study, capability: Capability) -> set[str]:
    return set(sites_open_to(user, study, capability).values_list("code", flat=True))


def test_each_role_may_do_what_the_table_of_the_house_says_and_nothing_else() -> None:
    told = {
        capability: {role for role in BY_ROLE if capability in BY_ROLE[role]}
        for capability in Capability
    }
    assert told == {name: {LETTERS[letter] for letter in row} for name, row in TABLE.items()}
    assert {Capability.JUDGE_PLATES} == IN_WHOLE


def test_whatever_asks_gets_the_same_answer_for_every_role(study: Study) -> None:
    for letter, role in LETTERS.items():
        member = make_member(
            study, role, site=None if role != "coordinator" else study.sites.first()
        )
        wanted = {c for c in Capability if letter in TABLE[c]}
        assert capabilities_in(member, study) == wanted
        assert {c for c in Capability if may(member, study, c)} == wanted
        assert {c for c in Capability if study in studies_visible_to(member, c)} == wanted
        assert {c for c in Capability if _allowed(member, study, c)} == wanted


def _allowed(member: User, study: Study, capability: Capability, site: Site | None = None) -> bool:
    try:
        require(member, study, capability, site=site)
    except NotAllowed:
        return False
    return True


def test_a_role_in_one_study_opens_no_other(study: Study, foreign: Study) -> None:
    member = make_member(study, "investigator")
    assert list(studies_visible_to(member)) == [study]
    assert seen_by(member) == {"tokyo", "osaka"}
    assert capabilities_in(member, foreign) == frozenset()
    assert not may(member, foreign, Capability.VIEW_STUDY)
    assert not sites_open_to(member, foreign, Capability.VIEW_CLINICAL).exists()
    assert not _allowed(member, foreign, Capability.VIEW_STUDY)


def test_roles_in_two_studies_are_not_mixed(study: Study, foreign: Study) -> None:
    """A statistician here and an investigator there may promote there only."""
    person = make_member(study, "statistician")
    Membership.objects.create(user=person, study=foreign, role="investigator")
    assert list(studies_visible_to(person)) == [study, foreign]
    assert list(studies_visible_to(person, Capability.PROMOTE)) == [foreign]
    assert list(studies_visible_to(person, Capability.TRAIN)) == [study]
    assert not _allowed(person, study, Capability.PROMOTE)
    assert capabilities_in(person, study) == BY_ROLE["statistician"]


def test_studies_come_in_the_order_of_their_codes(foreign: Study, study: Study) -> None:
    person = make_member(foreign, "monitor")
    Membership.objects.create(user=person, study=study, role="monitor")
    assert [study.code for study in studies_visible_to(person)] == ["OURS", "THEIRS"]


def test_a_role_at_a_hospital_sees_its_patients_only(
    study: Study, foreign: Study, tokyo: Site, osaka: Site
) -> None:
    member = make_member(study, "coordinator", site=tokyo)
    assert seen_by(member) == {"tokyo"}
    assert open_to(member, study, Capability.ENTER_CLINICAL) == {"tokyo"}
    assert _allowed(member, study, Capability.ENTER_CLINICAL, tokyo)
    assert not _allowed(member, study, Capability.ENTER_CLINICAL, osaka)
    assert _allowed(member, study, Capability.ENTER_CLINICAL)  # somewhere in the study


def test_a_role_in_the_whole_study_opens_every_hospital(
    study: Study, foreign: Study, tokyo: Site, osaka: Site
) -> None:
    member = make_member(study, "manager")
    assert open_to(member, study, Capability.IMPORT_CLINICAL) == {"tokyo", "osaka"}
    assert _allowed(member, study, Capability.IMPORT_CLINICAL, osaka)
    assert open_to(member, study, Capability.ENTER_CLINICAL) == set()


def test_two_hospitals_add_up_and_each_by_its_own_role(
    study: Study, tokyo: Site, osaka: Site
) -> None:
    """A coordinator at Tokyo who is a monitor at Osaka reads both and enters at Tokyo only."""
    person = make_member(study, "coordinator", site=tokyo)
    Membership.objects.create(user=person, study=study, role="monitor", site=osaka)
    assert seen_by(person) == {"tokyo", "osaka"}
    assert seen_by(person, Capability.ENTER_CLINICAL) == {"tokyo"}
    assert open_to(person, study, Capability.VIEW_CLINICAL) == {"tokyo", "osaka"}
    assert open_to(person, study, Capability.ENTER_CLINICAL) == {"tokyo"}
    assert not _allowed(person, study, Capability.ENTER_CLINICAL, osaka)


def test_who_may_not_read_patients_sees_none(study: Study) -> None:
    assert seen_by(make_member(study, "laboratory")) == set()
    assert seen_by(make_member(study, "laboratory"), Capability.VIEW_ASSAYS) == {"tokyo", "osaka"}


def test_plates_are_judged_for_the_whole_study_or_not_at_all(study: Study, tokyo: Site) -> None:
    at_site = make_member(study, "laboratory", site=tokyo)
    assert Capability.JUDGE_PLATES not in capabilities_in(at_site, study)
    assert Capability.IMPORT_ASSAYS in capabilities_in(at_site, study)
    assert not may(at_site, study, Capability.JUDGE_PLATES)
    assert not _allowed(at_site, study, Capability.JUDGE_PLATES)
    assert not memberships_with(at_site, Capability.JUDGE_PLATES).exists()
    assert memberships_with(at_site, Capability.IMPORT_ASSAYS).exists()
    in_whole = make_member(study, "laboratory")
    assert may(in_whole, study, Capability.JUDGE_PLATES)
    assert Capability.JUDGE_PLATES in capabilities_in(in_whole, study)


def test_an_account_that_was_closed_sees_and_may_nothing(study: Study) -> None:
    member = make_member(study, "investigator", is_active=False)
    assert not studies_visible_to(member).exists()
    assert seen_by(member) == set()
    assert capabilities_in(member, study) == frozenset()
    assert not sites_open_to(member, study, Capability.VIEW_CLINICAL).exists()
    assert not _allowed(member, study, Capability.VIEW_STUDY)


def test_the_membership_of_somebody_else_is_not_ones_own(study: Study) -> None:
    make_member(study, "manager")
    stranger = UserFactory()
    assert not studies_visible_to(stranger).exists()
    assert seen_by(stranger) == set()
    assert capabilities_in(stranger, study) == frozenset()
    assert not _allowed(stranger, study, Capability.VIEW_STUDY)


def test_a_superuser_has_no_role_in_a_study_by_being_one(study: Study) -> None:
    root = UserFactory(is_superuser=True, is_staff=True)
    assert not studies_visible_to(root).exists()
    assert seen_by(root) == set()


def test_the_system_itself_may_do_everything(study: Study, osaka: Site) -> None:
    require(None, study, Capability.MANAGE)
    require(None, study, Capability.ENTER_CLINICAL, site=osaka)
