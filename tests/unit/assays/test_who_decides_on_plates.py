"""Who may decide on plates: the laboratory of the whole study, whatever the decision."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from assays.models import PlateRun
from assays.services.judging import judge_plate
from assays.services.policies import set_policy
from assays.services.quality import exclude, lift, lift_all
from studies.models import Site, Study
from studies.permissions import BY_ROLE
from studies.refusals import NotAllowed
from tests.factories import SiteFactory, StudyFactory, make_member
from tests.unit.assays.plates import make_plate

pytestmark = pytest.mark.django_db
Act = Callable[[PlateRun, User], Any]


def _lift(plate: PlateRun, by: User) -> Any:
    exclusions, _ = exclude(plate_run=plate, wells=[], analyte=None, reason="x", by=None)
    return lift(
        exclusion=exclusions[0] if exclusions else plate.exclusions.latest("pk"), reason="x", by=by
    )


DECISIONS: dict[str, Act] = {
    "judge": lambda plate, by: judge_plate(plate_run=plate, by=by),
    "exclude": lambda plate, by: exclude(plate_run=plate, wells=[], analyte=None, reason="x", by=by),
    "lift": _lift,
    "lift all": lambda plate, by: lift_all(plate_run=plate, rule="excluded", reason="x", by=by),
    "policy": lambda plate, by: set_policy(
        study=plate.study, panel=plate.panel, values={"min_bead_count": 40}, reason="x", by=by
    ),
}  # fmt: skip


@pytest.fixture
def study() -> Study:
    study = StudyFactory()
    SiteFactory(study=study)
    return study


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_is_the_laboratorys_of_the_whole_study(study: Study, name: str) -> None:
    decide, plate = DECISIONS[name], make_plate(study, [])
    site = Site.objects.get(study=study)
    others = [make_member(study, role) for role in BY_ROLE if role != "laboratory"]
    others += [
        make_member(study, "laboratory", site=site),
        make_member(StudyFactory(), "laboratory"),
        make_member(study, "laboratory", is_active=False),
    ]
    for person in others:
        with pytest.raises(NotAllowed):
            decide(plate, person)
    decide(plate, make_member(study, "laboratory"))


def test_lifting_twice_is_lifting_once_and_excluding_again_changes_nothing(study: Study) -> None:
    plate, lab = make_plate(study, []), make_member(study, "laboratory")
    well = plate.wells.get(position="A1")
    exclusions, _ = exclude(plate_run=plate, wells=[well], analyte=None, reason="clot", by=lab)
    again, _ = exclude(plate_run=plate, wells=[well], analyte=None, reason="again", by=None)
    assert (len(exclusions), again) == (1, [])
    first, _ = lift(exclusion=exclusions[0], reason="no clot", by=lab)
    second, told = lift(exclusion=exclusions[0], reason="once more", by=None)
    assert (first, second, told) == (exclusions, [], [])
    exclusions[0].refresh_from_db()
    assert (exclusions[0].lift_reason, exclusions[0].lifted_by, exclusions[0].raised_by) == (
        "no clot",
        lab,
        lab,
    )
    # Lifted, it can be excluded anew.
    assert (
        exclude(plate_run=plate, wells=[well], analyte=None, reason="clot", by=lab)[0] != exclusions
    )


def test_all_of_a_rule_are_lifted_on_this_plate_and_no_other_rule_or_plate(study: Study) -> None:
    plate, other = make_plate(study, []), make_plate(study, [], name="other")
    for one in (plate, other):
        exclude(plate_run=one, wells=[], analyte=None, reason="x", by=None)
    plate.exclusions.create(rule="curve", reason="a rule's")
    lifted, _ = lift_all(plate_run=plate, rule="excluded", reason="all well", by=None)
    assert [exclusion.plate_run for exclusion in lifted] == [plate]
    assert other.exclusions.filter(lifted_at=None, rule="excluded").count() == 1
    assert not plate.exclusions.filter(lifted_at=None, rule="excluded").exists()
