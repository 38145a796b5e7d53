"""What the method remarks of a version is kept as codes, and said in the language of whoever reads it; what an
earlier report holds as a text is shown as it is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from ciri.said import Said, is_kept, keep
from jobs.models import Job
from modeling.models import ModelVersion
from modeling.presentation.cautions import cautions_of, say_cautions
from modeling.presentation.figures import DRAWINGS
from modeling.presentation.parts import PARTS
from modeling.sentences import OF_METHOD, in_words, of_method
from sentences import Sentence
from sentences import sentence as module
from sentences.catalogue import codes_of
from tests.unit.modeling.test_comparison import trained as trained_model
from tests.unit.modeling.test_pages import address, signed_in

pytestmark = pytest.mark.django_db

SENTENCES_UNDER = ("notes", "warnings", "reason", "sentence")
FEW = keep(Said("few_events", events=4))
OF_BEFORE = "As it was said, 100 %."


@pytest.fixture
def other_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language in which every sentence begins with "XX"."""
    monkeypatch.setattr(module, "gettext", lambda text: f"XX {text}")


def sentences_of(found: Any) -> Iterator[Any]:
    """Whatever a report holds where sentences stand."""
    if isinstance(found, dict) and not is_kept(found):
        for name, one in found.items():
            if name in SENTENCES_UNDER and one:
                yield from one if isinstance(one, list) else [one]
            else:
                yield from sentences_of(one)
    elif isinstance(found, list):
        for one in found:
            yield from sentences_of(one)


def with_remarks(version: ModelVersion, remark: Any) -> ModelVersion:
    """A version like this one, in whose report a remark stands wherever one may stand."""
    report = version.report
    without = dict.fromkeys(("hr", "low", "high", "p"))
    report["evaluation"]["validation"]["notes"] = [remark]
    report["warnings"] = [remark]
    report["baseline"] = {"name": "Penalised Cox model", "reason": remark}
    report["strata"]["validate"] = [row | without | {"reason": remark} for row in strata(version)]
    report["kaplan_meier"]["validate"]["log_rank"] = {"p": None, "reason": remark}
    version.pk, version.number, version.status = None, 2, ModelVersion.Status.CHALLENGER
    version._state.adding = True
    version.save()
    return version


def strata(version: ModelVersion) -> list[dict[str, Any]]:
    return [row for row in version.report["strata"]["validate"] if row["stratum"] == "overall"]


def shown_of(version: ModelVersion) -> str:
    """The parts of its page on which remarks stand, and the figures that show some."""
    client = signed_in(version.model.study, "monitor")
    parts = ("performance", "baseline", "strata")
    pages = [client.get(address(version), {"part": part}) for part in parts]
    figures = [
        client.get(address(version, "figure", figure=figure, extension="json"))
        for figure in ("strata-validation", "kaplan-meier-validation")
    ]
    return "\n".join(page.content.decode() for page in (*pages, *figures))


def test_a_report_holds_codes_of_the_catalogue_and_no_text(champion: ModelVersion) -> None:
    found = list(sentences_of(champion.report))
    assert len(found) > 3
    assert [one for one in found if not is_kept(one)] == []
    assert {one["code"] for one in found} <= codes_of("method") == set(OF_METHOD)


def test_it_is_said_in_the_readers_language(champion: ModelVersion, other_language: None) -> None:
    shown = shown_of(with_remarks(champion, FEW))
    told = "XX Only 4 events: too few to compare survival."
    # A warning on each of three pages, a note, a reason, a row, and what a figure is called.
    assert shown.count(told) == 7
    assert f"Penalised Cox model: {told}" in shown
    figures = shown.rsplit("$schema", 2)
    assert all("XX Only 4 events" in one.replace('", "', " ") for one in figures[1:])


def test_a_text_of_an_earlier_report_is_shown_as_it_is(
    champion: ModelVersion, other_language: None
) -> None:
    shown = shown_of(with_remarks(champion, OF_BEFORE))
    assert shown.count(OF_BEFORE) >= 6
    assert f"XX {OF_BEFORE}" not in shown


def test_a_caution_is_said_once_whether_kept_as_a_code_or_as_a_text(
    champion: ModelVersion,
) -> None:
    version, (first, *_) = champion, cautions_of([champion.pk])[champion.pk] or [None]
    assert first is None or say_cautions(version).count(first.sentence) == 1
    plain = [in_words(one) for one in version.report["warnings"]]
    assert say_cautions(version) == plain
    version.report["warnings"] = [*plain, OF_BEFORE]
    assert say_cautions(version) == [*plain, OF_BEFORE]


def test_a_yardsticks_verdict_names_both_in_the_readers_language(
    champion: ModelVersion, other_language: None
) -> None:
    told = " ".join(PARTS["baseline"].sentences(champion))
    assert "XX this model" in told
    assert any(one in told for one in ("XX a penalised Cox model", "XX clinical factors alone"))


def test_the_page_of_two_versions_says_notes_verdict_caveat_and_reasons(
    study: Any, other_language: None
) -> None:
    for name, more in (("age-only", {"covariates": ["age"]}), ("all-three", {})):
        trained_model(study, name, **more)
    where = reverse("modeling:compare", args=[study.code])
    client = signed_in(study, "monitor")
    ModelVersion.objects.get(model__name="age-only").scores.update(mortality=1.0)
    shown = client.get(where, {"a": "age-only:1", "b": "all-three:1"}).content.decode()
    assert "XX NRI and IDI can rise when a model gains nothing" in shown
    assert "all-three v1" in shown.split("XX ")[1]  # the verdict, with its names
    assert "XX What is compared is the same for all who were at risk together" in shown


def test_who_could_not_be_scored_is_kept_with_a_code(champion: ModelVersion) -> None:
    said = Said("inputs_unknown", percent=50.0)
    sentence = of_method(said)
    assert isinstance(sentence, Sentence)
    assert sentence.as_json() == {"code": "method.inputs_unknown", "with": {"percent": 50.0}}
    assert str(sentence) == str(said)
    job = Job.objects.first()
    assert job is not None
    job.result = {"unscored": [{"subject": "a", "reason": sentence}]}
    job.save()
    assert Job.objects.get(pk=job.pk).result["unscored"][0]["reason"] == sentence


def test_what_is_no_sentence_stays_what_it_is() -> None:
    assert of_method(OF_BEFORE) == OF_BEFORE
    rows = [{"n": 3, "p": None, "reason": ""}, {"reason": FEW}]
    told = "Only 4 events: too few to compare survival."
    assert in_words(rows) == [rows[0], {"reason": told}]
    odd = {"code": "words", "with": {"text": "100 % %(x)s"}}
    assert in_words(odd) == "100 % %(x)s"
    assert json.dumps(in_words({"a": [FEW]})) == json.dumps({"a": [told]})
    assert "strata-validation" in DRAWINGS
