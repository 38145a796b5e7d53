"""Two versions on the same patients."""

import numpy as np
import pytest
from django.urls import reverse
from django.utils.html import escape

from modeling.models import ModelVersion, PrognosticModel
from modeling.selectors.comparisons import NotComparable, comparable_versions, compare_versions
from modeling.services.models import define_model
from modeling.services.training import request_training
from studies.models import Study
from tests.jobs import do_all_jobs
from tests.unit.modeling.conftest import CLINICAL
from tests.unit.modeling.test_pages import signed_in

pytestmark = pytest.mark.django_db

QUICK = CLINICAL | {"cross_validation": {"repeats": 0}}


def trained(study: Study, name: str, **changes: object) -> ModelVersion:
    model = define_model(study=study, name=name, body=QUICK | changes, by=None).model
    request_training(model=model, by=None)
    do_all_jobs()
    version: ModelVersion = model.versions.get()
    return version


@pytest.fixture
def pair(study: Study) -> tuple[ModelVersion, ModelVersion]:
    return trained(study, "age-only", covariates=["age"]), trained(study, "all-three")


def page(study: Study, a: str, b: str) -> str:
    client = signed_in(study, "monitor")
    address = reverse("modeling:compare", args=[study.code])
    return client.get(address, {"a": a, "b": b}).content.decode()


def test_both_are_judged_on_the_validation_patients(
    pair: tuple[ModelVersion, ModelVersion],
) -> None:
    compared = compare_versions(*pair)
    assert (compared.basis, compared.found.n) == ("validation", 30)
    c = compared.found.c.set_index("of")["value"]
    assert c["a"] == pytest.approx(pair[0].metrics["validation"]["c"])
    assert c["b"] == pytest.approx(pair[1].metrics["validation"]["c"])
    assert c["difference"] == pytest.approx(c["b"] - c["a"])
    assert set(np.round(compared.found.improvement["time"] / 30.4375)) <= {6, 12, 24}


def test_without_a_validation_cohort_both_are_judged_out_of_bag(study: Study) -> None:
    cohorts = {"train": ["discovery"], "validate": []}
    pair = (
        trained(study, "age-only", covariates=["age"], cohorts=cohorts),
        trained(study, "all-three", cohorts=cohorts),
    )
    compared = compare_versions(*pair)
    assert (compared.basis, compared.found.n) == ("out-of-bag", 60)


def test_the_page_holds_verdict_difference_moves_and_caveat(
    study: Study, pair: tuple[ModelVersion, ModelVersion]
) -> None:
    shown = page(study, "age-only:1", "all-three:1")
    for told in ("all-three v1 against age-only v1", "Who moves between groups", "NRI", "p = "):
        assert told in shown
    assert escape(compare_versions(*pair).found.caveat) in shown


def test_a_gain_is_written_with_its_sign(
    study: Study, pair: tuple[ModelVersion, ModelVersion]
) -> None:
    difference = compare_versions(*pair).found.c.set_index("of")["value"]["difference"]
    names = ["age-only:1", "all-three:1"] if difference > 0 else ["all-three:1", "age-only:1"]
    assert f"+{abs(difference):.3f}" in page(study, *names)


def test_nothing_to_compare_is_told_in_a_sentence(
    study: Study, pair: tuple[ModelVersion, ModelVersion]
) -> None:
    assert "Choose two different versions" in page(study, "age-only:1", "age-only:1")
    pair[0].scores.all().delete()
    with pytest.raises(NotComparable, match="no patients with an event"):
        compare_versions(*pair)
    assert "no patients with an event" in page(study, "age-only:1", "all-three:1")


def test_a_version_that_is_not_there_is_not_found(study: Study, model: PrognosticModel) -> None:
    client = signed_in(study, "monitor")
    address = reverse("modeling:compare", args=[study.code])
    for a in ("nothing:1", "clinical3:9", "clinical3"):
        assert client.get(address, {"a": a, "b": a}).status_code == 404
    assert client.get(address).status_code == 200


def test_the_pages_of_versions_lead_to_it(
    study: Study, pair: tuple[ModelVersion, ModelVersion]
) -> None:
    assert comparable_versions(pair[0]) == [pair[1]]
    client = signed_in(study, "monitor")
    shown = client.get(reverse("modeling:version", args=[study.code, "age-only", 1]))
    link = f"{reverse('modeling:compare', args=[study.code])}?a=all-three:1&amp;b=age-only:1"
    assert link in shown.content.decode()
    figure = reverse("modeling:compare_figure", args=[study.code, "json"])
    assert client.get(figure, {"a": "age-only:1", "b": "all-three:1"}).status_code == 200
    assert client.get(figure).status_code == 404
