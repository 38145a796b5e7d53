"""What is said beside a version's probabilities: at the top of its page, on patients' pages, in the API."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.db.models.functions import JSONObject

from ciri.said import keep
from ciri.training.cautions import Caution, cautions
from modeling.models import ModelVersion
from modeling.selectors.visits import day_of_visit, planned_day
from modeling.sentences import of_method

EVALUATION = JSONObject(
    validation=F("report__evaluation__validation__metrics"),
    out_of_bag=F("report__evaluation__out_of_bag__metrics"),
    timepoint=F("specification__body__timepoint"),
    study=F("model__study"),
)


@dataclass(frozen=True)
class Said:
    """A caution in the reader's language, under its code."""

    code: str
    sentence: str


def cautions_of(versions: Iterable[int]) -> dict[int, list[Said]]:
    """By key of a version, gravest first; one query, and one for each study of which nothing is remembered; no report is
    read whole."""
    rows = ModelVersion.objects.filter(pk__in=set(versions)).values_list(
        "pk", "metrics", EVALUATION, "specification__created_at"
    )
    found = {}
    for pk, metrics, read, stated_at in rows:
        day = planned_day(read["study"], read["timepoint"] or "", stated_at)
        found[pk] = [_say(one) for one in _find(metrics, read, day)]
    return found


def say_cautions(version: ModelVersion) -> list[str]:
    """The cautions of one version, then what its training said besides."""
    found = cautions(
        version.metrics,
        version.report.get("evaluation"),
        day_of_visit(version),
    )
    # A caution is kept as its code, in reports of before as its English text.
    known = [*(one.sentence for one in found), *map(keep, (one.sentence for one in found))]
    others = [one for one in version.report.get("warnings", []) if one not in known]
    return [*(_say(one).sentence for one in found), *map(str, map(of_method, others))]


def _find(metrics: dict[str, Any], read: dict[str, Any], day: int | None) -> list[Caution]:
    bases = ("validation", "out_of_bag")
    evaluation = {key: {"metrics": read[key]} for key in bases if read[key]}
    return cautions(metrics, evaluation, day)


def _say(caution: Caution) -> Said:
    return Said(caution.code, str(of_method(caution.sentence)))
