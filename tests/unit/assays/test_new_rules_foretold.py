"""What new rules of a panel would mean is told before they are kept, and is what the job then does."""

import pytest
from django.test import Client

from assays.models import Exclusion, PanelPolicy, PlateRun
from assays.services import policies
from assays.services.policies import foretell_policy, set_policy
from jobs.models import Job
from studies.models import Study
from studies.refusals import NotAllowed, Refused, Stale
from tests.factories import make_member
from tests.jobs import do_all_jobs
from tests.unit.assays.decisions import three_plates

pytestmark = pytest.mark.django_db


def as_shown(lab: Client, address: str) -> dict[str, object]:
    """The rules that stand, as the page's form sends them."""
    form = lab.get(address).context["form"]
    return {name: form[name].value() for name in form.fields} | {"reason": "SOP 9"}


def standing() -> set[tuple[str, str, int | None, int | None]]:
    found = Exclusion.objects.filter(lifted_at=None)
    return set(found.values_list("plate_run__name", "rule", "well", "analyte"))


@pytest.mark.alone
def test_the_page_asks_first_and_names_what_the_rules_would_exclude_and_lift(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    three_plates(plate, study, 172.0)
    address = f"/studies/OWN/plates/rules/{plate.panel_id}/"
    before = standing()
    sent = as_shown(lab, address) | {"max_inter_cv": 80}
    asked = lab.post(address, sent).content.decode()
    assert "By the rules this means: 1 exclusion lifted." in asked
    assert "plate 3, IL6: controls lie 72.0 % above their target" in asked
    assert "SOP 9" in asked
    assert standing() == before
    assert not PanelPolicy.objects.exists()
    assert not Job.objects.exists()
    done = lab.post(address, sent | {"confirmed": "1"}, follow=True).content.decode()
    assert "The rules are kept" in done
    do_all_jobs()
    assert before - standing() == {one for one in before if one[1] == "inter_cv"}


@pytest.mark.parametrize(
    "values",
    [
        {"max_inter_cv": 80.0},
        {"max_inter_cv": 80.0, "min_bead_count": 5000, "recommended_bead_count": 5000},
        {"concentration": "refit"},
        {"max_intra_cv": 0.5, "recovery_low": 99.5, "recovery_high": 100.5},
    ],
)
@pytest.mark.alone
def test_what_is_foretold_is_what_the_job_does(
    plate: PlateRun, study: Study, values: dict[str, float | int | str]
) -> None:
    three_plates(plate, study, 172.0)
    before = standing()
    asked = {"study": study, "panel": plate.panel, "values": values, "reason": "SOP", "by": None}
    judged = list(PlateRun.objects.order_by("pk").values_list("judged_at", "judged_as"))
    told = foretell_policy(**asked)
    assert told is not None
    assert standing() == before
    assert list(PlateRun.objects.order_by("pk").values_list("judged_at", "judged_as")) == judged
    assert not PanelPolicy.objects.exists()
    set_policy(**asked)
    do_all_jobs()
    kinds = [one.kind for one in told]
    assert kinds.count("raised") == len(standing() - before)
    assert kinds.count("lifted") == len(before - standing())
    assert kinds


@pytest.mark.alone
def test_rules_by_which_nothing_changes_are_kept_without_a_question(
    plate: PlateRun, study: Study, lab: Client
) -> None:
    address = f"/studies/OWN/plates/rules/{plate.panel_id}/"
    page = lab.post(address, as_shown(lab, address) | {"max_inter_cv": 21}, follow=True)
    assert "The rules are kept" in page.content.decode()
    assert PanelPolicy.objects.get().max_inter_cv == 21


@pytest.mark.alone
def test_plates_that_are_too_many_to_judge_meanwhile_are_told_as_a_number(
    plate: PlateRun, study: Study, lab: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_plates(plate, study, 172.0)
    monkeypatch.setattr(policies, "MOST_FORETOLD", 2)
    address = f"/studies/OWN/plates/rules/{plate.panel_id}/"
    sent = as_shown(lab, address) | {"max_inter_cv": 80}
    page = lab.post(address, sent).content.decode()
    assert "All 3 plates of this panel will be judged anew. They are too many" in page
    assert not PanelPolicy.objects.exists()
    monkeypatch.setattr(policies, "MOST_FORETOLD", 3)
    page = lab.post(address, sent).content.decode()
    assert "1 exclusion lifted" in page


def test_what_would_be_refused_is_refused_when_it_is_foretold(
    plate: PlateRun, study: Study
) -> None:
    asked = {"study": study, "panel": plate.panel, "values": {"max_intra_cv": 10.0}}
    with pytest.raises(Refused, match="Say why"):
        foretell_policy(**asked, reason="", by=None)
    with pytest.raises(Stale, match="Somebody else"):
        foretell_policy(**asked, reason="SOP", by=None, seen="another")
    with pytest.raises(NotAllowed):
        foretell_policy(**asked, reason="SOP", by=make_member(study, "statistician"))
    same = {"study": study, "panel": plate.panel, "values": {"max_intra_cv": 15.0}}
    assert foretell_policy(**same, reason="", by=None) == []
