"""What an import of clinical data would write."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from clinical.models import FilledForm, FollowUp, Patient
from studies.models import Cohort, Site

PLURAL: dict[type[Model], str] = {
    Site: "sites",
    Cohort: "cohorts",
    Patient: "patients",
    FilledForm: "forms",
    FollowUp: "contacts",
}


@dataclass
class Writes:
    """Unsaved objects to make, and stored ones with fields that changed, in order of dependence."""

    made: dict[type[Model], list[Any]] = field(
        default_factory=lambda: {
            model: [] for model in (Site, Cohort, Patient, FilledForm, FollowUp)
        }
    )
    changed: dict[type[Model], dict[int, tuple[Any, set[str]]]] = field(
        default_factory=lambda: {model: {} for model in (Patient, FilledForm, FollowUp)}
    )

    places: dict[int, tuple[str, str]] = field(default_factory=dict)
    """id of a form that will be made -> its event and form."""

    asked: list[tuple[FilledForm, list[str]]] = field(default_factory=list)
    """Forms, and the soft checks that fire on each and that nobody has confirmed."""

    def make(self, instance: Model) -> None:
        self.made[type(instance)].append(instance)

    def change(self, instance: Model, name: str) -> None:
        stored = self.changed[type(instance)]
        stored.setdefault(instance.pk, (instance, set()))[1].add(name)

    def ask(self, form: FilledForm, checks: list[str]) -> None:
        """Note soft checks that whoever accepts the warnings of the import confirms."""
        if checks:
            self.asked.append((form, checks))
            if form.pk is not None:
                self.change(form, "confirmed")

    def confirm(self, reason: str) -> None:
        """Give all that was asked this reason: nothing is written before the warnings are accepted."""
        for form, checks in self.asked:
            form.confirmed = {**form.confirmed, **dict.fromkeys(checks, reason)}

    def counts(self) -> dict[str, int]:
        """How many of what will be made or changed, by the plural names people know."""
        made = {f"new {PLURAL[model]}": len(them) for model, them in self.made.items()}
        changed = {f"changed {PLURAL[model]}": len(them) for model, them in self.changed.items()}
        return {what: count for what, count in (made | changed).items() if count}
