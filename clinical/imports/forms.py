"""Answers of a file against the forms of a study: what is new, what changes, what follows from it."""

from collections import defaultdict
from typing import Any

from django.utils.translation import get_language

from clinical.dictionary.definition import Severity, said_in
from clinical.dictionary.expressions import Column, Item
from clinical.dictionary.filling import Consequences, Filled, draw_consequences, names_elsewhere
from clinical.imports.mapping import ClinicalMapping
from clinical.imports.said import Said
from clinical.imports.writes import Writes
from clinical.models import FilledForm, Patient
from clinical.models.filled import FormStatus
from clinical.selectors.definitions import Collected, collected_in
from clinical.selectors.known import Known
from clinical.selectors.record import columns_elsewhere, filled_of
from imports.columns import Problem
from imports.preview import Change, RowVerdict, show
from sentences import storable as _


class FormComparison:
    """Compares the answers of row after row; what follows from all of them together is drawn at the end."""

    def __init__(self, known: Known, mapping: ClinicalMapping, writes: Writes) -> None:
        self.known, self.mapping, self.writes = known, mapping, writes
        self.labels = {(a.event, a.form, a.item.name): a.label for a in mapping.items}
        self.changed: dict[tuple[int, str, str], list[tuple[FilledForm, Filled, RowVerdict]]] = (
            defaultdict(list)
        )
        """Definition, event and form -> rows with what they would hold."""

    def compare(self, patient: Patient, said: Said, row: RowVerdict) -> None:
        """Note what a row changes of its patient's forms."""
        for (event, form), answers in said.answers.items():
            stored = self.known.forms.get((patient.pk or 0, event, form))
            collected = self._collected(stored)
            names = collected.definition.form_by_name[form].by_name
            filled = filled_of(stored)
            for name, answer in answers.items():
                label = self.labels[event, form, name]
                if name not in names:
                    row.problems.append(Problem(label, answer.text, _older(collected)))
                    continue
                old = filled.answer(name)
                if stored is not None and (old.value, old.missing) == (answer.value, ""):
                    continue
                before = None if old.value is None else show(old.value)
                row.changes.append(Change(label, before, show(answer.value)))
                filled = filled.changed(name, answer)
            if stored is None or filled != filled_of(stored):
                target = stored or self._make(patient, event, form)
                key = (collected.definition_key, event, form)
                self.changed[key].append((target, filled, row))

    def conclude(self) -> None:
        """Derive and check all forms together, and put what they hold into the rows to be written."""
        for (definition, event, form), rows in self.changed.items():
            collected = collected_in(definition)
            kind = collected.definition.form_by_name[form]
            messages = {check.name: check.message for check in kind.checks}
            drawn = self._consequences(collected, event, form, [(t, f) for t, f, _row in rows])
            for (target, _filled, verdict), one in zip(rows, drawn, strict=True):
                for name in one.fired.get(Severity.HARD, ()):
                    why = said_in(messages[name], get_language() or "en", name)
                    verdict.problems.append(Problem(form, name, why))
                self._put(target, one.filled)

    def _collected(self, stored: FilledForm | None) -> Collected:
        """The definition under which a form was filled; for a new one, the newest."""
        if stored is None:
            return self.known.collected
        return collected_in(stored.event_form.definition_id)

    def _make(self, patient: Patient, event: str, form: str) -> FilledForm:
        made = FilledForm(patient=patient, status=FormStatus.COMPLETE)
        self.writes.make(made)
        self.writes.places[id(made)] = (event, form)
        return made

    def _consequences(
        self,
        collected: Collected,
        event: str,
        form: str,
        rows: list[tuple[FilledForm, Filled]],
    ) -> list[Consequences]:
        rules = collected.rules(event, form)
        kind = collected.definition.form_by_name[form]
        named = names_elsewhere(kind, rules)
        elsewhere: dict[Item, Column] = {}
        if named:
            whose = [id(target.patient) for target, _filled in rows]
            elsewhere = columns_elsewhere(
                collected.definition, event, named, whose, self._all_forms()
            )
        return draw_consequences(kind, rules, [filled for _target, filled in rows], elsewhere)

    def _all_forms(self) -> list[tuple[int, str, Any, Any]]:
        """What the study and the file together know of the patients of the file."""
        patients = {patient.pk: id(patient) for patient in self.known.patients.values()}
        found = [
            (patients[patient], event, form.values, form.missing)
            for (patient, event, _form), form in self.known.forms.items()
        ]
        for (_definition, event, _form), rows in self.changed.items():
            found += [(id(t.patient), event, f.values, f.missing) for t, f, _row in rows]
        return found

    def _put(self, target: FilledForm, filled: Filled) -> None:
        for part in ("values", "given", "missing", "states"):
            new = dict(getattr(filled, part))
            if target.pk is None:
                setattr(target, part, new)
            elif new != getattr(target, part):
                setattr(target, part, new)
                self.writes.change(target, part)


def _older(collected: Collected) -> Any:
    return _(
        "this form was filled under version %(version)d of what the study collects, which does not ask it."
    ) % {"version": collected.version}
