"""Where apps meet without knowing each other: what was registered, and by whom. docs/seams.md is made from it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import unwrap
from typing import Any

from celery import current_app
from django.db.models.signals import post_migrate
from django.dispatch import Signal
from django.utils.translation import override

from assays.sections import plate_sections
from assays.signals import values_changed
from audit.tracking import TRAILS
from clinical.sections import patient_sections
from clinical.signals import clinical_change
from imports.registry import IMPORTERS
from imports.sections import data_sections
from jobs.admin import WHOSE
from jobs.schedule import PLANNED
from jobs.scheduled import SCHEDULED
from jobs.work import KINDS
from modeling.sections import dataset_sections
from sentences.catalogue import apps_with_sentences
from studies import refusals
from studies.navigation import MENU
from studies.sections import Sections, overview_actions, overview_sections, shell_sections

SIGNALS = {
    "assays.signals.values_changed": values_changed,
    "clinical.signals.clinical_change": clinical_change,
    "django.db.models.signals.post_migrate": post_migrate,
}
SECTIONS: dict[str, Sections[Any]] = {
    "studies.sections.shell_sections": shell_sections,
    "studies.sections.overview_actions": overview_actions,
    "studies.sections.overview_sections": overview_sections,
    "imports.sections.data_sections": data_sections,
    "clinical.sections.patient_sections": patient_sections,
    "assays.sections.plate_sections": plate_sections,
    "modeling.sections.dataset_sections": dataset_sections,
}
OF_SENTENCES = {"mapping": "{imports,clinical,assays}"}
OURS = (
    *("accounts.", "audit.", "jobs.", "studies.", "imports.", "clinical.", "assays."),
    *("modeling.", "exports.", "config."),
)


@dataclass(frozen=True)
class Seam:
    """One kind of meeting: where it is kept, what for, and its lines (what, by whom)."""

    title: str
    registry: str
    purpose: str
    lines: list[tuple[str, str]]


def seams() -> list[Seam]:
    """Every seam, each with its lines in order."""
    with override("en"):
        return [
            Seam("Kinds of job", "jobs.work.KINDS", "What a worker does for a kind.", _kinds()),
            Seam(
                "Work by the clock",
                "jobs.scheduled.SCHEDULED",
                "What is done once for each due time of a task.",
                sorted((task, _path(work.do)) for task, work in SCHEDULED.items()),
            ),
            Seam(
                "The schedule that a new installation begins with",
                "jobs.schedule.PLANNED",
                "A row of the admin portal and the task that it starts.",
                sorted((planned.name, planned.task) for planned in PLANNED),
            ),
            Seam("Tasks", "Celery", "What the broker carries: hints and a clock.", _tasks()),
            Seam(
                "Importers",
                "imports.registry.IMPORTERS",
                "How files of a kind are read, compared and written.",
                sorted((kind, _path(type(one))) for kind, one in IMPORTERS.items()),
            ),
            Seam(
                "Listeners", "signals", "Who hears of a change, in its transaction.", _listeners()
            ),
            Seam(
                "Sections", "studies.sections.Sections", "What others add to a page.", _sections()
            ),
            Seam(
                "Menu",
                "studies.navigation.MENU",
                "The pages of a study, in their order.",
                [(str(one.label), one.page) for one in sorted(MENU.values(), key=_order)],
            ),
            Seam(
                "Whose jobs",
                "jobs.admin.WHOSE",
                "Which jobs a manager of studies sees.",
                [("rule", _path(rule)) for rule in WHOSE],
            ),
            Seam(
                "Sentences",
                "sentences.catalogue",
                "Whose codes are known.",
                [(app, f"{OF_SENTENCES.get(app, app)}.sentences") for app in apps_with_sentences()],
            ),
            Seam(
                "Refusals of the database",
                "studies.refusals.explain",
                "The sentence and the field of a constraint.",
                [(name, field) for name, (field, _) in sorted(refusals.by_constraint().items())],
            ),
            Seam("Trail", "audit.tracking.TRAILS", "Tables in a study's trail.", _trails()),
        ]


def as_markdown() -> str:
    """The seams as a page."""
    parts = [
        "# Seams",
        "Where apps meet without knowing each other: each line was registered in an app's `ready()` (or by a decorator), "
        "and the app that keeps the registry knows none of them. This page is made by `./yogo manage seams --write`; "
        "a test holds it against the code.",
    ]
    for seam in seams():
        parts.append(f"## {seam.title}\n\n`{seam.registry}`: {seam.purpose}")
        rows = "\n".join(f"| {what} | `{who}` |" for what, who in seam.lines)
        parts.append(f"| what | by |\n| --- | --- |\n{rows}")
    return "\n\n".join(parts) + "\n"


def _kinds() -> list[tuple[str, str]]:
    return sorted(
        (kind, f"{_path(work.compute)}`, `{_path(work.store)}")
        for kind, work in KINDS.items()
        if kind.startswith(OURS)
    )


def _tasks() -> list[tuple[str, str]]:
    current_app.loader.import_default_modules()
    return sorted(
        (name, _path(task.run)) for name, task in current_app.tasks.items() if name.startswith(OURS)
    )


def _listeners() -> list[tuple[str, str]]:
    return [
        (name, listener)
        for name, signal in SIGNALS.items()
        for listener in sorted(_receivers(signal))
    ]


def _receivers(signal: Signal) -> Iterator[str]:
    for _key, receiver, *_rest in signal.receivers:
        live: Any = receiver() if hasattr(receiver, "__callback__") else receiver
        if live is not None and _path(live).startswith(OURS):
            yield _path(live)


def _sections() -> list[tuple[str, str]]:
    return [
        (name, _path(provider))
        for name, place in SECTIONS.items()
        for provider in place.providers()
    ]


def _trails() -> list[tuple[str, str]]:
    return sorted((model._meta.label, " or ".join(trail.owners)) for model, trail in TRAILS.items())


def _order(entry: Any) -> int:
    return int(entry.order)


def _path(thing: Callable[..., Any] | type) -> str:
    thing = unwrap(thing)
    return f"{thing.__module__}.{thing.__qualname__}"
