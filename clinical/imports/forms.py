"""Answers of a file against the forms of a study: what is new, what changes, what follows from it."""

from collections import defaultdict
from typing import Any, NamedTuple

from clinical.dictionary.definition import Severity
from clinical.dictionary.filling import Consequences, Filled, confirmed_checks, open_checks
from clinical.imports.mapping import ClinicalMapping
from clinical.imports.said import Said
from clinical.imports.writes import Writes
from clinical.models import FilledForm, Patient
from clinical.models.filled import FormStatus
from clinical.selectors.definitions import Collected, collected_in
from clinical.selectors.known import Known
from clinical.selectors.record import Held, draw, filled_of
from clinical.sentences import say
from imports.columns import Problem
from imports.preview import Change, RowVerdict, show
from plausibility import Doubt
from sentences import storable as _


class Changed(NamedTuple):
    """A form that a row of the file makes or changes, and what it would hold."""

    subject: str
    form: FilledForm
    filled: Filled
    verdict: RowVerdict


class FormComparison:
    """Compares the answers of row after row; what follows from all of them together is drawn at the end."""

    def __init__(self, known: Known, mapping: ClinicalMapping, writes: Writes) -> None:
        self.known, self.mapping, self.writes = known, mapping, writes
        self.labels = {(a.event, a.form, a.item.name): a.label for a in mapping.items}
        self.changed: dict[tuple[int, str, str], list[Changed]] = defaultdict(list)
        """By definition, event and form."""
        self.asking: dict[str, tuple[str, list[int]]] = {}
        """Soft check -> its message, and the rows on which it fires."""

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
                key = (collected.pk or 0, event, form)
                self.changed[key].append(Changed(said.subject_id, target, filled, row))

    def conclude(self) -> None:
        """Derive and check all forms together, and put what they hold into the rows to be written."""
        for (definition, event, form), rows in self.changed.items():
            collected = collected_in(definition)
            kind = collected.definition.form_by_name[form]
            messages = {check.name: check.message for check in kind.checks}
            held = [(row.subject, row.filled) for row in rows]
            drawn = draw(collected, event, form, held, self._all_forms)
            for row, one in zip(rows, drawn, strict=True):
                for name in one.fired.get(Severity.HARD, ()):
                    row.verdict.problems.append(Problem(form, name, say(messages[name], name)))
                self._put(row.form, one)
                asked = open_checks(one, row.form.confirmed)
                self.writes.ask(row.form, asked)
                for name in asked:
                    _message, where = self.asking.setdefault(name, (say(messages[name], name), []))
                    where.append(row.verdict.row)

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

    def _all_forms(self) -> list[Held]:
        """What the study and the file together know of the patients of the file."""
        subjects = {patient.pk: patient.subject_id for patient in self.known.patients.values()}
        stored: list[Held] = [
            (subjects[patient], event, form.values, form.missing)
            for (patient, event, _form), form in self.known.forms.items()
        ]
        said: list[Held] = [
            (row.subject, event, row.filled.values, row.filled.missing)
            for (_definition, event, _form), rows in self.changed.items()
            for row in rows
        ]
        return stored + said

    def doubts(self) -> list[Doubt]:
        """The soft checks that fire on forms of the file, each with its rows; known once it is concluded."""
        return [
            Doubt("soft_check", name, {"n": len(set(rows)), "message": message}, tuple(rows))
            for name, (message, rows) in self.asking.items()
        ]

    def _put(self, target: FilledForm, drawn: Consequences) -> None:
        kept = confirmed_checks(drawn, target.confirmed, {})
        for name, part in (drawn.filled.parts() | {"confirmed": kept}).items():
            if target.pk is None or part != getattr(target, name):
                setattr(target, name, part)
                if target.pk is not None:
                    self.writes.change(target, name)


def _older(collected: Collected) -> Any:
    return _(
        "this form was filled under version %(version)d of what the study collects, which does not ask it."
    ) % {"version": collected.version}
