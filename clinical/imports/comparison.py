"""What rows say against what a study knows -> objects to make or change, and verdicts per row."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from clinical.dictionary.outcome import takes_index_date
from clinical.imports.forms import FormComparison
from clinical.imports.mapping import ClinicalMapping, Place
from clinical.imports.said import Said, SaidContact
from clinical.imports.writes import Writes
from clinical.models import EARLIEST_INDEX_DATE, FollowUp, Patient
from clinical.selectors.known import Known
from clinical.selectors.outcomes import Course, Outcome, course_of, outcome_of
from imports.columns import Problem
from imports.preview import Change, RowVerdict, show
from imports.reading import near
from sentences import Sentence, of_validation, several
from sentences import storable as _
from studies.models import Cohort, Site, Study


class Comparison:
    """Compares row after row of one file with one study."""

    def __init__(
        self,
        study: Study,
        mapping: ClinicalMapping,
        known: Known,
        *,
        open_sites: set[int] | None,
        may_create: bool,
    ) -> None:
        self.study, self.mapping, self.known = study, mapping, known
        self.open_sites, self.may_create = open_sites, may_create
        self.today = study.today()
        self.writes = Writes()
        self.said_contacts: set[int] = set()
        self.lower_ids = {subject.lower() for subject in known.patients}
        self.forms = FormComparison(known, mapping, self.writes)

    def row(self, said: Said) -> RowVerdict:
        """The verdict on a row; what it would write is added to `writes`."""
        verdict = RowVerdict(said.row, said.subject_id, problems=said.problems, notes=said.notes)
        patient = self.known.patients.get(said.subject_id)
        if patient is None:
            patient = self._new_patient(said, verdict)
        elif self._out_of_reach(patient, said, verdict):
            return verdict  # nothing of another hospital's patient is compared, so nothing is shown
        else:
            self._change_patient(patient, said, verdict)
        if patient is None:
            return verdict
        self._index_date(patient, said, verdict)
        self.forms.compare(patient, said, verdict)
        self._contacts(patient, said, verdict)
        return verdict

    def _set(self, instance: Model, name: str, value: Any, label: str, row: RowVerdict) -> None:
        """Set a field and note the change; a stored object is remembered as changed."""
        old = getattr(instance, name, None)
        if instance.pk is not None and old == value:
            return
        setattr(instance, name, value)
        told_old = None if instance.pk is None or old is None else show(getattr(old, "code", old))
        row.changes.append(Change(label, told_old, show(getattr(value, "code", value))))
        if instance.pk is not None:
            self.writes.change(instance, name)

    def _new_patient(self, said: Said, row: RowVerdict) -> Patient | None:
        row.is_new = True
        source = self.mapping.index_date
        is_asked = takes_index_date(self.mapping.definition)
        if None in (self.mapping.site, self.mapping.cohort) or (source is None and not is_asked):
            why = _("this subject is not in the study; to enrol, map site, cohort and index_date.")
            if is_asked:
                why = _("this subject is not in the study; to enrol, map site and cohort.")
            self._reject(row, self.mapping.subject_id.label, said.subject_id, why)
            return None
        if said.subject_id.lower() in self.lower_ids:
            why = _("a subject id that differs only in capitals is already in the study.")
            self._reject(row, self.mapping.subject_id.label, said.subject_id, why)
            return None
        self.lower_ids.add(said.subject_id.lower())
        site, cohort = self._site(said, row), self._cohort(said, row)
        is_wrong = source and any(problem.column == source.label for problem in row.problems)
        if site is None or cohort is None or is_wrong or not said.subject_id:
            return None
        if said.index_date is None and source is not None:
            why = _("the index date is not known: the patient is in no model until it is.")
            row.notes.append(Problem(source.label, "", why))
        patient = Patient(study=self.study, subject_id=said.subject_id)
        self._set(patient, "site", site, "site", row)
        self._set(patient, "cohort", cohort, "cohort", row)
        self._set(patient, "index_date", said.index_date, "index_date", row)
        self.writes.make(patient)
        self.known.patients[said.subject_id] = patient
        return patient

    def _out_of_reach(self, patient: Patient, said: Said, row: RowVerdict) -> bool:
        """Whether the patient is at a site that the importing person does not reach; then told."""
        if self.open_sites is None or patient.site_id in self.open_sites:
            return False
        row.problems, row.notes = [], []  # they may tell dates of that patient
        self._reject(
            row,
            self.mapping.subject_id.label,
            said.subject_id,
            _("this subject belongs to a site that your role does not reach."),
        )
        return True

    def _change_patient(self, patient: Patient, said: Said, row: RowVerdict) -> None:
        for name, said_code, find in (
            ("site", said.site, self._site),
            ("cohort", said.cohort, self._cohort),
        ):
            if said_code is not None and said_code != getattr(patient, name).code:
                found = find(said, row)
                if found is not None:
                    self._set(patient, name, found, name, row)
        if said.index_date is not None:
            self._set(patient, "index_date", said.index_date, "index_date", row)

    def _reject(self, row: RowVerdict, column: str, value: str, why: Sentence | str) -> None:
        row.problems.append(Problem(column, value, why))

    def _site(self, said: Said, row: RowVerdict) -> Site | None:
        place = self.mapping.site
        site = self._find(place, said.site, self.known.sites, row)
        if site is None and place is not None and said.site is not None and self._creates(place):
            site = Site(
                study=self.study, code=said.site, name=place.names.get(said.site, said.site)
            )
            self._add_place(site, place, self.known.sites, row)
        if (
            site is not None
            and place is not None
            and self.open_sites is not None
            and site.pk not in self.open_sites
        ):
            why = _("your role does not reach this site.")
            self._reject(row, place.source.label, said.site or "", why)
            return None
        return site

    def _cohort(self, said: Said, row: RowVerdict) -> Cohort | None:
        place = self.mapping.cohort
        cohort = self._find(place, said.cohort, self.known.cohorts, row)
        if (
            cohort is None
            and place is not None
            and said.cohort is not None
            and self._creates(place)
        ):
            kind = place.kinds.get(said.cohort, said.cohort)
            if kind not in Cohort.Kind.values:
                why = _("name the kind of this new cohort in the mapping (cohort.kinds).")
                self._reject(row, place.source.label, said.cohort, why)
                return None
            name = place.names.get(said.cohort, "")
            cohort = Cohort(study=self.study, code=said.cohort, kind=kind, name=name)
            self._add_place(cohort, place, self.known.cohorts, row)
        return cohort

    def _creates(self, place: Place) -> bool:
        return place.create and self.may_create

    def _find(
        self, place: Place | None, code: str | None, known: dict[str, Any], row: RowVerdict
    ) -> Any:
        if place is None:
            return None
        if code is None:
            self._reject(row, place.source.label, "", _("this must be known for every patient."))
            return None
        if code not in known and not self._creates(place):
            why = _("this is not in the study; it has: %(known)s.") % {
                "known": ", ".join(known) or _("none")
            }
            if place.create:
                why += " " + _("Only a manager of the study may add it.")
            else:
                why += near(code, known) + " " + _("To add it, write create: true in the mapping.")
            self._reject(row, place.source.label, code, why)
        return known.get(code)

    def _add_place(self, made: Any, place: Place, known: dict[str, Any], row: RowVerdict) -> None:
        try:
            made.clean_fields(exclude=["study"])
        except ValidationError as error:
            self._reject(row, place.source.label, made.code, several(of_validation(error)))
        known[made.code] = made
        self.writes.make(made)

    def _index_date(self, patient: Patient, said: Said, row: RowVerdict) -> None:
        source = self.mapping.index_date
        if said.index_date is None or source is None:
            return
        text = said.index_date.isoformat()
        if said.index_date > self.today:
            self._reject(row, source.label, text, _("the index date lies in the future."))
        if said.index_date < EARLIEST_INDEX_DATE:
            why = _("the index date lies before %(year)s: check the year.")
            self._reject(row, source.label, text, why % {"year": EARLIEST_INDEX_DATE.year})
        for contact in self.known.contacts.get(patient.pk or 0, []):
            days = [d for d in (contact.contact_date, contact.progression_date) if d is not None]
            if min(days) < said.index_date:
                why = _(
                    "the index date lies after a contact or progression on %(day)s already recorded."
                )
                self._reject(row, source.label, text, why % {"day": min(days)})
                return

    def _contacts(self, patient: Patient, said: Said, row: RowVerdict) -> None:
        recorded = self.known.contacts.setdefault(patient.pk, []) if patient.pk else []
        begun = said.index_date_of_form or patient.index_date
        for contact in said.contacts:
            problem = _impossible(contact, begun, self.today)
            stored = _same_contact(contact, recorded)
            if stored is not None and id(stored) in self.said_contacts:
                problem = problem or contact.problem(_say_repeated(contact, stored))
            if problem is not None:
                row.problems.append(problem)
                continue
            if stored is None:
                stored = FollowUp(patient=patient)
                self.writes.make(stored)
                recorded.append(stored)
            self.said_contacts.add(id(stored))
            label = f"contact {contact.date}"
            self._set(stored, "contact_date", contact.date, f"{label} date", row)
            for name, value in contact.values.items():
                if name == "status" and stored.status and not contact.status_is_said:
                    continue
                self._set(stored, name, value, f"{label} {name}", row)
        if said.contacts and not row.problems:
            problem = _after_death(said.contacts, recorded)
            row.problems += [problem] if problem else []
        if not row.problems:
            row.notes += _differing(said, course_of(begun, recorded))


def _differing(said: Said, course: Course) -> Iterator[Problem]:
    """Outcomes that a file states and the study will not: it knows more, or derives them otherwise."""
    for endpoint, stated in said.stated.items():
        kept = outcome_of(course, endpoint)
        if kept is not None and kept != Outcome(stated.days, stated.event):
            why = _(
                "the file says %(said)s of %(endpoint)s; with all contacts that are known Yogo derives %(kept)s "
                "(a death is an event of progression-free survival, and later contacts count)."
            )
            told = Outcome(stated.days, stated.event)
            values = {"said": _in_words(told), "endpoint": endpoint, "kept": _in_words(kept)}
            yield Problem(stated.column, stated.text, why % values)


def _in_words(outcome: Outcome) -> Sentence:
    ended = _("an event") if outcome.event else _("censored")
    return _("%(days)d days, %(ended)s") % {"days": outcome.days, "ended": ended}


def _impossible(contact: SaidContact, index_date: date | None, today: date) -> Problem | None:
    """The first rule about dates that a contact breaks by itself."""
    progression = contact.values.get("progression_date")
    days = {"day": contact.date, "index": index_date, "progression": progression}
    if index_date is not None and contact.date < index_date:
        if contact.values.get("status") == "dead":
            return contact.problem(
                _("the death on %(day)s lies before the index date %(index)s.") % days
            )
        return contact.problem(
            _("the contact on %(day)s lies before the index date %(index)s.") % days
        )
    if contact.date > today:
        return contact.problem(_("the contact on %(day)s lies in the future.") % days)
    if progression is not None and index_date is not None and progression < index_date:
        return contact.progression_problem(
            _("the progression on %(progression)s lies before the index date %(index)s.") % days
        )
    if progression is not None and progression > contact.date:
        return contact.progression_problem(
            _("the progression on %(progression)s lies after the contact on %(day)s.") % days
        )
    return None


def _same_contact(contact: SaidContact, recorded: list[FollowUp]) -> FollowUp | None:
    """The recorded contact that a said one is: of the same day, or the one death of the patient."""
    for stored in recorded:
        if stored.contact_date == contact.date:
            return stored
    if contact.values.get("status") == "dead":
        return next((stored for stored in recorded if stored.status == "dead"), None)
    return None


def _say_repeated(contact: SaidContact, before: FollowUp) -> Sentence:
    """Why a contact cannot stand beside one that the file has said before."""
    if contact.date == before.contact_date:
        return _("the file has two contacts on this day.")
    return _("the file has a second death; it has one on %(day)s.") % {"day": before.contact_date}


def _after_death(said: list[SaidContact], recorded: list[FollowUp]) -> Problem | None:
    """A contact after the death, or a second death, among those of file and study together."""
    deaths = [contact for contact in recorded if contact.status == "dead"]
    if not deaths:
        return None
    if len(deaths) > 1:
        said_on = {contact.date: contact for contact in said}
        culprit = next(
            (said_on[d.contact_date] for d in deaths if d.contact_date in said_on), said[-1]
        )
        other = next(d.contact_date for d in deaths if d.contact_date != culprit.date)
        return culprit.problem(
            _("this would be a second death; the study has one on %(day)s.") % {"day": other}
        )
    death = deaths[0].contact_date
    late = [contact.contact_date for contact in recorded if contact.contact_date > death]
    if not late:
        return None
    culprit = next((c for c in said if c.date == late[0]), said[-1])
    return culprit.problem(
        _("the contact on %(late)s lies after the death on %(death)s.")
        % {"late": late[0], "death": death}
    )
