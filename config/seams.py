"""Where apps meet without knowing each other: what was registered, and by whom. docs/seams.md is made from it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from inspect import unwrap
from pathlib import Path
from typing import Any

from celery import current_app, shared_task
from django.apps import apps
from django.conf import settings
from django.db.models.signals import post_migrate
from django.dispatch import Signal
from django.urls import resolve, reverse
from django.utils.module_loading import module_has_submodule
from django.utils.translation import override

from assays.sections import plate_sections
from assays.signals import values_changed
from audit import tracking
from clinical.sections import patient_sections
from clinical.signals import clinical_change, definition_published
from imports import registry
from imports.sections import data_sections
from jobs import admin, schedule, scheduled, work
from modeling.sections import dataset_sections
from sentences import catalogue
from studies import navigation, refusals, templates
from studies.sections import Sections, overview_actions, overview_sections, shell_sections

SIGNALS = {
    "assays.signals.values_changed": values_changed,
    "clinical.signals.clinical_change": clinical_change,
    "clinical.signals.definition_published": definition_published,
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

Line = tuple[str, ...]


@dataclass(frozen=True)
class Seam:
    """One kind of meeting: where it is kept, what an app calls to be in it, what for, and its lines. The first
    column says what, those after it are names in the code."""

    title: str
    registry: str
    filled_by: Callable[..., Any]
    purpose: str
    columns: Line
    lines: list[Line]


def seams() -> list[Seam]:
    """Every seam, each with its lines in order."""
    with override("en"):
        return [*_of_work(), *_of_changes_and_files(), *_of_pages(), *_of_words(), _of_the_trail()]


def as_markdown() -> str:
    """The seams as a page."""
    parts = [
        "# Seams",
        "Where apps meet without knowing each other: the app that keeps a registry knows none of those that fill it. "
        "Each line was registered by the app that its code lies in, in the `ready()` of that app's `apps.py` or by a "
        "decorator above the code. This page is made by `./yogo manage seams --write`; a test holds it against the code.",
    ]
    for seam in seams():
        kept, filled = f"`{seam.registry}`", f"`{_path(seam.filled_by)}`"
        parts.append(f"## {seam.title}\n\n{kept}, filled by {filled}: {seam.purpose}")
        rows = [seam.columns, tuple("---" for _ in seam.columns)]
        rows += [(what, *(f"`{name}`" for name in names)) for what, *names in seam.lines]
        parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
    return "\n\n".join(parts) + "\n"


def _of_work() -> list[Seam]:
    return [
        Seam(
            "Kinds of job",
            "jobs.work.KINDS",
            work.register,
            "what a worker does for a kind.",
            ("kind", "computed by", "stored by"),
            sorted(
                (kind, _path(one.compute), _path(one.store))
                for kind, one in work.KINDS.items()
                if _is_ours(_path(one.compute))
            ),
        ),
        Seam(
            "Tasks",
            "celery.current_app.tasks",
            shared_task,
            "what the broker carries, hints and a clock.",
            ("task", "done by"),
            sorted((name, path) for name, path in _tasks().items() if _is_ours(path)),
        ),
        Seam(
            "Work by the clock",
            "jobs.scheduled.SCHEDULED",
            scheduled.register_scheduled,
            "what is done once for each due time of a task.",
            ("task", "done by"),
            sorted((task, _path(one.do)) for task, one in scheduled.SCHEDULED.items()),
        ),
        Seam(
            "The schedule that a new installation begins with",
            "jobs.schedule.PLANNED",
            schedule.plan,
            "a row of the admin portal and the task that it starts.",
            ("row", "task", "done by"),
            sorted((one.name, one.task, _tasks()[one.task]) for one in schedule.PLANNED),
        ),
        Seam(
            "Whose jobs",
            "jobs.admin.WHOSE",
            admin.jobs_belong,
            "which jobs a manager of studies sees.",
            ("jobs of", "told by"),
            sorted((_path(rule).partition(".")[0], _path(rule)) for rule in admin.WHOSE),
        ),
    ]


def _of_changes_and_files() -> list[Seam]:
    return [
        Seam(
            "Listeners",
            "django.dispatch.Signal",
            Signal.connect,
            "who hears of a change, in its transaction.",
            ("signal", "heard by"),
            [(name, one) for name, signal in SIGNALS.items() for one in sorted(_receivers(signal))],
        ),
        Seam(
            "Importers",
            "imports.registry.IMPORTERS",
            registry.register_importer,
            "how files of a kind are read, compared and written.",
            ("kind", "done by"),
            sorted((kind, _path(type(one))) for kind, one in registry.IMPORTERS.items()),
        ),
        Seam(
            "Templates of a new study",
            "studies.templates.TEMPLATES",
            templates.register_template,
            "what a study may collect to begin with.",
            ("template", "given by"),
            sorted((name, _path(begin)) for name, begin in templates.TEMPLATES.items()),
        ),
    ]


def _of_pages() -> list[Seam]:
    menu = sorted(navigation.MENU.values(), key=lambda entry: entry.order)
    return [
        Seam(
            "Menu",
            "studies.navigation.MENU",
            navigation.add_to_menu,
            "the pages of a study, in their order.",
            ("line", "address", "page"),
            [(str(one.label), one.page, _path(_view(one.page))) for one in menu],
        ),
        Seam(
            "Sections",
            "studies.sections.Sections",
            Sections.register,
            "what others add to a page, in the page's order.",
            ("place", "added by"),
            [(name, _path(one)) for name, place in SECTIONS.items() for one in place.providers()],
        ),
    ]


def _of_words() -> list[Seam]:
    return [
        Seam(
            "Sentences",
            "sentences.catalogue",
            catalogue.add_sentences,
            "whose codes are known; a code begins with the first column.",
            ("codes", "said in"),
            [
                (prefix, path)
                for prefix in catalogue.apps_with_sentences()
                for path, texts in _mappings_in("sentences")
                if texts.keys() <= catalogue.codes_of(prefix)
            ],
        ),
        Seam(
            "Refusals of the database",
            "studies.refusals.by_constraint",
            refusals.explain,
            "the field of a constraint, and what a person reads when it refuses.",
            ("constraint", "field", "said in"),
            [
                (name, field, path)
                for name, (field, _sentence) in sorted(refusals.by_constraint().items())
                for path, texts in _mappings_in("refusals")
                if name in texts
            ],
        ),
    ]


def _of_the_trail() -> Seam:
    return Seam(
        "Trail",
        "audit.tracking.TRAILS",
        tracking.track,
        "tables in a study's trail, and by which field a row belongs to it.",
        ("table", "belongs by", "declared by"),
        sorted(
            (model._meta.label, " or ".join(trail.owners), _path(model))
            for model, trail in tracking.TRAILS.items()
        ),
    )


def _tasks() -> dict[str, str]:
    current_app.loader.import_default_modules()
    return {name: _path(task.run) for name, task in current_app.tasks.items()}


def _receivers(signal: Signal) -> Iterator[str]:
    for _key, receiver, *_rest in signal.receivers:
        live: Any = receiver() if hasattr(receiver, "__callback__") else receiver
        if live is not None and _is_ours(_path(live)):
            yield _path(live)


def _view(page: str) -> Callable[..., Any]:
    return resolve(reverse(page, args=["any"])).func


def _mappings_in(module: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The constants of a module of this name in each app that are mappings, by their path."""
    for app in apps.get_app_configs():
        if _is_ours(app.name) and module_has_submodule(app.module, module):
            path = f"{app.name}.{module}"
            for name, value in vars(import_module(path)).items():
                if name.isupper() and isinstance(value, Mapping):
                    yield f"{path}.{name}", value


def _is_ours(path: str) -> bool:
    """Whether an app of this repository has what lies there: not Django's, nor a test's."""
    app = path.partition(".")[0]
    return apps.is_installed(app) and Path(apps.get_app_config(app).path).parent == Path(
        settings.BASE_DIR
    )


def _path(thing: Callable[..., Any] | type) -> str:
    thing = unwrap(thing)
    return f"{thing.__module__}.{thing.__qualname__}"
