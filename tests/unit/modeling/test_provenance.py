"""Every figure, table, file and answer says on whom it rests, and what its probabilities are worth."""

import json
import re
from typing import Any

import pytest
from django.urls import reverse

from ciri.training.cautions import SENTENCES, cautions
from modeling.models import ModelSpecification, ModelVersion, Score
from modeling.presentation import provenance
from modeling.presentation.cautions import cautions_of, say_cautions
from modeling.presentation.figures import DRAWINGS, figure_specification, tell
from modeling.presentation.parts import PARTS
from tests.integration.api import client_with
from tests.unit.modeling.test_pages import address, signed_in

pytestmark = pytest.mark.django_db

CHOSE = "Training patients also chose the analytes: C, hazard ratios and p of theirs are too favourable."
LIVED = "yet only who lived to the measurement at 6 weeks is here (immortal time)."
OF_TRAINING = [
    "kaplan-meier",
    "strata",
    "auc",
    "correlation",
    "beeswarm",
    "contributions",
    "comparison",
]


def as_if(version: ModelVersion, **body: Any) -> ModelVersion:
    """The version as it would be under another specification."""
    version.specification.body = {**version.specification.body, **body}
    return version


def stored_as_if(version: ModelVersion, validation: Any = None, **body: Any) -> ModelVersion:
    """A version in use with the same scores, under another specification and figure of validation."""
    other = ModelSpecification.objects.create(
        model=version.model,
        number=2,
        body={**version.specification.body, **body},
        content_hash="0" * 64,
    )
    scores = list(version.scores.all())
    ModelVersion.objects.filter(pk=version.pk).update(status=ModelVersion.Status.RETIRED)
    version.pk, version.number, version.specification = None, 2, other
    version._state.adding = True
    version.metrics["validation"] |= validation or {}
    version.save()
    for score in scores:
        score.pk, score.version = None, version
    Score.objects.bulk_create(scores)
    return version


CHOSEN = {"candidates": ["CXCL8", "IL6", "TNF"], "keep": 3}
CHANCE = {"c": 0.533, "low": 0.494, "high": 0.576}


@pytest.mark.parametrize("figure", DRAWINGS)
def test_no_figure_and_no_table_of_one_is_without_its_patients(
    champion: ModelVersion, figure: str
) -> None:
    said = DRAWINGS[figure].patients(champion)
    drawn = figure_specification(champion, figure, theme="light")
    assert said
    assert drawn["usermeta"]["patients"] == said
    assert drawn["description"].endswith(said)
    assert DRAWINGS[figure].table(champion).patients == said


def test_no_table_of_a_part_is_without_its_patients(champion: ModelVersion) -> None:
    tables = [table for part in PARTS.values() for _, table in part.tables(champion)]
    assert len(tables) == 4
    assert all(table.patients for table in tables)


def test_a_figure_that_does_not_say_on_whom_it_rests_is_refused(champion: ModelVersion) -> None:
    with pytest.raises(ValueError, match="must say on whom it rests"):
        tell({}, " ", champion.model.study, "light")


@pytest.mark.parametrize("figure", OF_TRAINING)
def test_patients_who_chose_the_analytes_are_named_on_every_figure_of_theirs(
    champion: ModelVersion, figure: str
) -> None:
    assert CHOSE not in DRAWINGS[figure].patients(champion)
    assert CHOSE in DRAWINGS[figure].patients(as_if(champion, analytes=CHOSEN))


@pytest.mark.parametrize("figure", DRAWINGS)
def test_a_model_of_six_weeks_says_that_its_patients_had_to_live_that_long(
    champion: ModelVersion, figure: str
) -> None:
    assert LIVED not in DRAWINGS[figure].patients(champion)
    assert DRAWINGS[figure].patients(as_if(champion, timepoint="edt")).endswith(LIVED)


def test_files_carry_it_in_letters(champion: ModelVersion) -> None:
    """Words are drawn where they stand; in the SVG they are text."""
    client = signed_in(champion.model.study, "monitor")
    champion = stored_as_if(champion, timepoint="edt", analytes=CHOSEN)
    for name, more in (("figure", {"figure": "kaplan-meier"}), ("dependence", {})):
        where = address(champion, name, extension="svg", **more)
        svg = client.get(where, {"feature": "age"}).content.decode()
        text = " ".join(re.findall(r">([^<>]+)</", svg))
        assert LIVED in text
    png = client.get(address(champion, "figure", figure="kaplan-meier", extension="png"))
    assert png.content.startswith(b"\x89PNG")


def test_the_page_of_a_patient_says_it_beside_the_probabilities(champion: ModelVersion) -> None:
    champion = stored_as_if(champion, CHANCE, analytes=CHOSEN)
    score = champion.scores.filter(basis="out-of-bag").first()
    assert score is not None
    client = signed_in(champion.model.study, "investigator")
    place = reverse("clinical:patient", args=[champion.model.study.code, score.patient.subject_id])
    page = client.get(place).content.decode()
    assert "cannot be told from 0.5: 0.533 (95 % interval 0.494 to 0.576; 30 patients" in page
    assert "Out-of-bag: by the trees that did not see this training patient." in page
    assert "The patient is among those who chose the analytes." in page
    why = reverse(
        "modeling:why",
        args=[champion.model.study.code, score.patient.subject_id, "clinical3", "json"],
    )
    drawn = json.loads(client.get(why).content)
    assert "among those who chose the analytes" in drawn["usermeta"]["patients"]


def test_the_page_of_a_patient_says_once_that_patients_had_to_live_to_be_measured(
    champion: ModelVersion,
) -> None:
    champion = stored_as_if(champion, timepoint="edt", analytes=CHOSEN)
    score = champion.scores.filter(basis="out-of-bag").first()
    assert score is not None
    client = signed_in(champion.model.study, "investigator")
    place = reverse("clinical:patient", args=[champion.model.study.code, score.patient.subject_id])
    page = client.get(place).content.decode()
    assert page.count("immortal time") == 1
    assert "The patient is among those who chose the analytes." in page
    assert provenance.of_score(champion, score.basis).endswith(
        LIVED
    )  # figures and answers go alone


def test_the_top_of_a_versions_page_says_it_and_says_it_once(champion: ModelVersion) -> None:
    champion = stored_as_if(champion, CHANCE, timepoint="edt")
    page = signed_in(champion.model.study, "statistician").get(address(champion)).content.decode()
    assert page.count("told from 0.5: 0.533 (95 % interval 0.494 to 0.576; 30 patients") == 1
    assert page.count("but survival is counted from the first dose") == 1
    assert page.index("told from 0.5: 0.533") < page.index("Parts of this page")
    champion.refresh_from_db()
    assert len(say_cautions(champion)) == len(set(say_cautions(champion)))
    everywhere = [one.sentence for one in cautions_of([champion.pk])[champion.pk]]
    assert everywhere == say_cautions(champion)[: len(everywhere)]


def answers(version: ModelVersion, what: str) -> list[dict[str, Any]]:
    study = version.model.study
    answer = client_with(study, "statistician").get(f"/api/v1/studies/{study.code}/{what}/")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def test_answers_of_the_api_carry_both(champion: ModelVersion) -> None:
    champion = stored_as_if(champion, timepoint="edt", analytes=CHOSEN)
    version = answers(champion, "versions")[-1]
    assert CHOSE in version["patients"]["out_of_bag"]
    assert set(version["patients"]) == {"out_of_bag", "validation", "cross_validation"}
    assert "immortal_time" in [one["code"] for one in version["cautions"]]
    scores = [one for one in answers(champion, "scores") if one["version"] == 2]
    assert len(scores) >= 10
    for score in scores:
        assert score["patients"].startswith(
            "Out-of-bag" if score["basis"] == "out-of-bag" else "Prediction"
        )
        assert score["cautions"] == version["cautions"]


def test_every_basis_of_a_score_has_words_of_its_own(champion: ModelVersion) -> None:
    words = {provenance.of_score(champion, basis) for basis in Score.Basis.values}
    assert len(words) == len(Score.Basis.values)


GOOD = {"c": 0.7, "low": 0.6, "high": 0.8, "n": 99, "events": 60}
SLOPES = [
    {"metric": "calibration_slope", "time": 365.25, "value": 0.41, "low": 0.12, "high": 0.77},
    {"metric": "calibration_slope", "time": 730.5, "value": 0.8, "low": 0.5, "high": 1.0},
]


def codes(
    validation: Any = GOOD, inside: Any = GOOD, slopes: Any = (), basis: str = "validation"
) -> Any:
    found = cautions(
        {"validation": validation, "out_of_bag": inside}, {basis: {"metrics": list(slopes)}}, 0
    )
    assert {one.code for one in found} <= set(SENTENCES)
    return [(one.code, one.sentence) for one in found]


def test_what_is_said_follows_from_the_figures() -> None:
    assert codes() == []
    for low, said in ((0.494, True), (0.5, True), (0.501, False)):
        found = codes({**GOOD, "c": 0.533, "low": low, "high": 0.576})
        assert bool(found) is said
    assert codes({**GOOD, "low": 0.3, "high": 0.4})[0][0] == "validation_backwards"
    assert codes(validation=None)[0][0] == "not_validated"
    assert codes(inside={**GOOD, "low": 0.5})[0][0] == "out_of_bag_by_chance"
    for basis in ("validation", "out_of_bag"):
        ((code, sentence),) = codes(slopes=SLOPES, basis=basis)
        assert code == f"calibration_{basis}"
        assert "slope is 0.41 (0.12–0.77; 12 m) (95 % interval), where 1" in sentence
    above = [{**SLOPES[0], "value": 2.0, "low": 1.2, "high": 3.0}]
    assert codes(slopes=above)[0][0] == "calibration_validation"
    unknown = [{**SLOPES[0], "low": None, "high": None}]
    assert codes(slopes=unknown) == []
