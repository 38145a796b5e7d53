"""A planned plate as people see it before anything is written."""

from typing import Any

from assays.imports.plates.names import Question
from assays.imports.plates.plan import QUESTIONS_TOLD
from assays.imports.plates.planned import PlatePlan
from assays.imports.plates.roles import questions_on
from assays.models import PlateRun
from assays.models.measurement import Flag
from assays.models.plate import SampleType
from imports.texts import quote
from sentences import Sentence, label_of
from sentences import storable as _
from sentences import storable_plural as ngettext

REMARKS_SHOWN = 30
NAMES_SHOWN = 12


def describe(plan: PlatePlan) -> dict[str, Any]:
    """What a preview holds of a plate beside rows and counts: its head, wells, flags, analytes, remarks,
    and the questions that a person has to answer first."""
    preview: dict[str, Any] = {
        "plate": {
            "facts": _facts(plan),
            "wells": _wells(plan),
            "flags": [(label_of(Flag(flag)), n) for flag, n in plan.reading.counts().items() if n],
            "analytes": _analytes(plan),
            "remarks": _remarks(plan),
            "remarks_in_all": len(plan.reading.remarks),
        },
        "reruns": plan.reruns,
        "wells": [question.as_json() for question in questions_on(plan.reading)],
        "questions": [question.as_json() for question in plan.names.questions],
    }
    count = len(plan.names.questions)
    told = min(count, QUESTIONS_TOLD)  # of many names, the first stand for all
    if count and len(plan.of_file.problems) == told and not _rejects_rows(plan):
        # Nothing is wrong with the file: it waits for answers.
        preview["message"] = ngettext(
            "%(n)d name of an analyte is not known: %(names)s. Say what it is; then the preview "
            "is made anew.",
            "%(n)d names of analytes are not known: %(names)s. Say what they are; then the "
            "preview is made anew.",
            count,
        ) % {"names": _first(plan.names.questions)}
    return preview


def _first(questions: list[Question]) -> str:
    names = quote(question.name for question in questions[:NAMES_SHOWN])
    return names + (", …" if len(questions) > NAMES_SHOWN else "")


def _rejects_rows(plan: PlatePlan) -> bool:
    return any(row.problems for row in plan.rows if row is not plan.of_file)


def _facts(plan: PlatePlan) -> list[tuple[Sentence, Sentence | str]]:
    told = plan.reading.plate
    acquired = told.acquired.isoformat(" ", "minutes") if told.acquired else told.acquired_text
    runs = [planned.run.name for planned in plan.plates]
    facts: list[tuple[Sentence, Sentence | str]] = [
        (_("Format"), label_of(PlateRun.Format(plan.reading.format))),
        (_("Plate") if len(runs) == 1 else _("Plates"), "; ".join(runs)),
        (
            _("Panel"),
            plan.panel.name if plan.panel.pk else _("%(n)s (new)") % {"n": plan.panel.name},
        ),
        (_("Instrument"), told.instrument),
        (_("Serial number"), told.serial),
        (_("Software"), told.software),
        (_("Protocol"), told.protocol),
        (_("Kit"), told.kit),
        (_("Lot"), told.lot),
        (_("Acquired"), acquired),
    ]
    return [(label, text) for label, text in facts if text]


def _wells(plan: PlatePlan) -> list[tuple[Sentence, int]]:
    found = plan.reading.wells["sample_type"].astype(str).value_counts()
    return [
        (label_of(SampleType(kind)), int(found[kind]))
        for kind in SampleType.values
        if kind in found
    ]


def _analytes(plan: PlatePlan) -> list[list[str]]:
    return [[name, analyte.symbol] for name, analyte in plan.names.found.items()]


def _remarks(plan: PlatePlan) -> list[list[str]]:
    shown = plan.reading.remarks.head(REMARKS_SHOWN)
    return [list(row) for row in zip(shown["well"], shown["analyte"], shown["text"], strict=True)]
