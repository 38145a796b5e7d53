"""A token reaches one study, and in it what its user may: every list, beside another study and another site."""

from typing import Any

import pytest

from studies.models import Membership, Study
from tests.factories import make_member
from tests.integration.api import add_champion, client_of, client_with, small_study
from tests.unit.api.test_api_lists import NAMES, walked

pytestmark = pytest.mark.django_db


def rows(client: Any, study: Study, name: str) -> list[Any]:
    return walked(client, f"/api/v1/studies/{study.code}/{name}")


@pytest.mark.parametrize("name", NAMES)
def test_a_list_holds_nothing_of_another_study_in_which_the_user_has_the_same_role(
    name: str,
) -> None:
    here = small_study(2)
    add_champion(here)
    person = make_member(here, "statistician")
    client = client_of(person, here)
    before = rows(client, here, name)
    there = small_study(3)
    add_champion(there)
    Membership.objects.create(user=person, study=there, role="statistician")
    assert len(rows(client_of(person, there), there, name)) >= (0 if "exclusions" in name else 1)
    assert rows(client, here, name) == before


@pytest.mark.parametrize("name", ["patients/", "follow-ups/", "specimens/", "measurements/"])
def test_who_is_bound_to_a_site_is_told_of_its_patients_alone(name: str) -> None:
    """P001 and P003 are at site A, P002 is at B."""
    study = small_study(3)
    client = client_with(study, "coordinator", site=study.sites.get(code="A"))
    assert {row["subject"] for row in rows(client, study, name)} == {"P001", "P003"}


def test_scores_are_told_of_the_patients_of_the_own_site_alone() -> None:
    study = small_study(3)
    add_champion(study)
    client = client_with(study, "statistician", site=study.sites.get(code="B"))
    assert {row["subject"] for row in rows(client, study, "scores/")} == {"P002"}


def test_plates_hold_all_sites_and_are_closed_to_who_is_bound_to_one() -> None:
    study = small_study(3)
    client = client_with(study, "statistician", site=study.sites.get(code="B"))
    assert rows(client, study, "plates/") == []
