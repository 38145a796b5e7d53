"""Pages of models: what they show, that figures can be taken away, and who decides."""

import json
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from ciri.said import recall
from modeling.models import ModelVersion, PrognosticModel
from modeling.presentation.figures import (
    DRAWINGS,
    OLDER,
    PERFORMANCE,
    STRATA,
    THE_FOUR,
    WHY,
    figure_specification,
)
from modeling.presentation.parts import PARTS
from modeling.selectors.models import champion_of, with_nested
from modeling.services.models import define_model
from modeling.services.training import request_training
from modeling.web.performance import headline
from studies.models import Study
from tests.factories import make_member
from tests.jobs import do_all_jobs
from tests.unit.modeling.conftest import CLINICAL

pytestmark = pytest.mark.django_db


def signed_in(study: Study, role: str) -> Client:
    client = Client()
    client.force_login(make_member(study, role))
    return client


def address(version: ModelVersion, name: str = "version", **more: str) -> str:
    model = version.model
    parts = {"code": model.study.code, "name": model.name, "number": version.number}
    return reverse(f"modeling:{name}", kwargs=parts | more)


def test_a_versions_page_shows_both_honest_figures_and_no_other(champion: ModelVersion) -> None:
    page = signed_in(champion.model.study, "statistician").get(address(champion)).content.decode()
    for key in ("out_of_bag", "validation"):
        assert f"{champion.metrics[key]['c']:.3f}" in page
    assert set(champion.metrics) == {"out_of_bag", "validation"}
    for drawing in THE_FOUR.values():
        assert str(drawing.title) in page


def test_every_part_of_the_page_opens_with_its_figures(champion: ModelVersion) -> None:
    client = signed_in(champion.model.study, "monitor")
    for key, part in PARTS.items():
        page = client.get(address(champion), {"part": key})
        assert page.status_code == 200
        for drawing in part.drawings.values():
            assert escape(str(drawing.title)) in page.content.decode()
    assert client.get(address(champion), {"part": "nothing"}).status_code == 404


def test_a_version_from_before_these_figures_has_sentences_in_their_place(
    champion: ModelVersion,
) -> None:
    kept = ("features", "selected", "covariates", "counts", "performance", "warnings", "importance")
    kept += ("final_importance", "kaplan_meier", "correlations", "scores", "cutoff")
    champion.report = {key: champion.report[key] for key in kept}
    for key, drawing in DRAWINGS.items():
        assert drawing.draw(champion, "light")
        drawing.table(champion)
        if key in {**PERFORMANCE, **WHY, **STRATA}:
            assert OLDER.split(";")[0] in json.dumps(drawing.draw(champion, "light"))
    for part in PARTS.values():
        part.sentences(champion)
        part.tables(champion)


def test_chance_is_said_in_words(champion: ModelVersion) -> None:
    shown = headline(with_nested(ModelVersion.objects.all()).get())
    assert shown.nested is not None
    for low, by_chance in ((0.49, True), (0.51, False)):
        nested = replace(shown.nested, low=low)
        assert replace(shown, nested=nested).by_chance is by_chance


@pytest.mark.parametrize("figure", DRAWINGS)
def test_every_figure_can_be_drawn_and_taken_away(champion: ModelVersion, figure: str) -> None:
    client = signed_in(champion.model.study, "monitor")
    drawn = client.get(address(champion, "figure", figure=figure, extension="json"))
    assert "vega-lite" in json.loads(drawn.content)["$schema"]
    svg = client.get(address(champion, "figure", figure=figure, extension="svg"))
    assert svg["Content-Type"] == "image/svg+xml"
    assert svg.content.startswith(b"<svg")
    png = client.get(address(champion, "figure", figure=figure, extension="png"))
    assert png.content.startswith(b"\x89PNG")
    pdf = client.get(address(champion, "figure", figure=figure, extension="pdf"))
    assert pdf.content.startswith(b"%PDF")
    assert (
        client.get(address(champion, "figure", figure=figure, extension="exe")).status_code == 404
    )


def test_partial_dependence_is_drawn_for_a_chosen_feature(champion: ModelVersion) -> None:
    client = signed_in(champion.model.study, "monitor")
    page = client.get(address(champion), {"part": "why", "feature": "nlr"}).content.decode()
    assert "How the score moves with nlr" in page
    drawn = client.get(address(champion, "dependence", extension="json"), {"feature": "nlr"})
    assert "vega-lite" in json.loads(drawn.content)["$schema"]
    unknown = client.get(address(champion, "dependence", extension="json"), {"feature": "shoe"})
    assert unknown.status_code == 404


def test_a_figure_of_a_simulated_study_says_so(champion: ModelVersion) -> None:
    plain = figure_specification(champion, "importance", theme="print")
    assert "Simulated" not in json.dumps(plain)
    champion.model.study.is_simulated = True
    for figure in THE_FOUR:
        marked = figure_specification(champion, figure, theme="print")
        assert "Simulated data" in marked["title"]["text"]


def test_training_from_the_page_is_one_job_however_often_it_is_clicked(
    model: PrognosticModel,
) -> None:
    client = signed_in(model.study, "statistician")
    train = reverse("modeling:train", kwargs={"code": model.study.code, "name": model.name})
    for _ in range(3):
        assert client.post(train).status_code == 302
    assert model.runs.count() == 1
    page = client.get(reverse("modeling:model", args=[model.study.code, model.name]))
    assert "Waits for a worker" in page.content.decode()


def test_an_investigator_signs_a_version_into_use_with_a_reason(study: Study) -> None:
    body = CLINICAL | {"retrain": {"promote": "signature"}}
    model = define_model(study=study, name="signed", body=body, by=None).model
    request_training(model=model, by=None)
    do_all_jobs()
    version = model.versions.get()
    client = signed_in(study, "investigator")
    client.post(address(version, "decide"), {"decision": "promote", "reason": ""})
    assert champion_of(model) is None
    client.post(address(version, "decide"), {"decision": "promote", "reason": "Agreed on 1 May."})
    assert champion_of(model) == version
    again = client.post(address(version, "decide"), {"decision": "promote", "reason": "Once more."})
    assert again.status_code == 422
    assert champion_of(model) == version


def test_a_decision_that_is_refused_leaves_its_reason_on_the_page(study: Study) -> None:
    body = CLINICAL | {"retrain": {"promote": "signature"}}
    model = define_model(study=study, name="signed", body=body, by=None).model
    request_training(model=model, by=None)
    do_all_jobs()
    client = signed_in(study, "investigator")
    sent = {"decision": "neither", "reason": "Agreed on 1 May."}
    page = client.post(address(model.versions.get(), "decide"), sent)
    assert page.status_code == 422
    assert ">Agreed on 1 May.</textarea>" in page.content.decode()
    assert "Give a reason for the decision" in page.content.decode()


def test_the_list_of_models_costs_the_same_for_one_model_and_more(
    champion: ModelVersion, django_assert_max_num_queries: object
) -> None:
    client = signed_in(champion.model.study, "statistician")
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        client.get(reverse("modeling:models", args=[champion.model.study.code]))


def test_a_specification_that_is_not_yaml_is_told_with_its_line(study: Study) -> None:
    client = signed_in(study, "statistician")
    answer = client.post(
        reverse("modeling:new_model", args=[study.code]),
        {"name": "m", "specification": "endpoint: OS\n  timepoint: [pre"},
    )
    assert answer.status_code == 400
    assert "line 2: It is not valid YAML" in answer.content.decode()


def test_a_verdict_is_said_anew_from_what_the_report_holds(champion: ModelVersion) -> None:
    added = champion.report["added_value"]
    found = [one for one in (champion.report["baseline"], *added.values()) if "c" in one]
    assert found
    told = PARTS["baseline"].sentences(champion)
    for one in found:
        said = str(recall(one["sentence"]))
        assert any(said[0].upper() + said[1:] in text for text in told)
