"""The mapping of a clinical file: which column holds what, in which unit and coding."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields

from clinical.dictionary.definition import Definition
from clinical.dictionary.outcome import takes_contacts, takes_index_date
from clinical.imports.items import TRUE_FALSE, Asked, item_keys, read_items
from clinical.imports.units import DURATIONS
from clinical.models import FollowUp
from imports.columns import Source, source_from
from imports.form import COMMON_KEYS, Accepted, FileForm, file_form, read_accepted
from studies.models import Cohort
from tabular.section import Section

MAX_NAME = 200

PATIENT_KEYS = ("site", "cohort", "index_date")
BY_EVENT = ("events", "labs")
"""Items event by event; `labs` is what the section was called before there were others."""
CLINICAL_KEYS = (
    *COMMON_KEYS,
    "accept",
    "layout",
    "subject_id",
    *PATIENT_KEYS,
    *BY_EVENT,
    "survival",
    "follow_up",
)


@dataclass(frozen=True)
class Place:
    """Site or cohort of a row, and whether those not yet in the study are made by the import."""

    source: Source
    create: bool
    names: dict[str, str]
    """Code -> name. A file may hold either."""
    kinds: dict[str, str]
    """Cohort code -> kind."""

    def code_of(self, text: str | None) -> str | None:
        """The code that a text of the file means: itself, or the one whose name it is."""
        if text is None or text in self.names:
            return text
        return next((code for code, name in self.names.items() if name == text), text)


@dataclass(frozen=True)
class Survival:
    """Durations from the index date, and whether the event ended them."""

    os_duration: Source
    os_event: Source
    pfs_duration: Source | None = None
    pfs_event: Source | None = None
    os_first_day: int = 0
    pfs_first_day: int = 0
    later_progression: str = "reject"
    """A progression after the last day of overall survival: reject the row, or leave it out."""
    pfs_event_without_os: str | None = None
    """What an event of progression-free survival means where overall survival is not known: a
    "progression" of a living patient, or "leave_out"; until somebody says so the row is rejected."""


@dataclass(frozen=True)
class Contact:
    """One follow-up contact in a row."""

    date: Source
    status: Source
    cause: Source | None = None
    response: Source | None = None
    progression_date: Source | None = None
    disease_assessed: Source | None = None


@dataclass(frozen=True)
class ClinicalMapping:
    """Everything a clinical import takes from a file."""

    form: FileForm
    long: bool
    subject_id: Source
    site: Place | None
    cohort: Place | None
    index_date: Source | None
    definition: Definition
    """What the study collects."""
    items: tuple[Asked, ...] = ()
    survival: Survival | None = None
    follow_up: tuple[Contact, ...] = ()
    accepted: tuple[Accepted, ...] = ()

    def sources(self) -> Iterator[Source]:
        """Every source, for the check against the file's columns."""
        yield self.subject_id
        for place in (self.site, self.cohort):
            if place is not None:
                yield place.source
        if self.index_date is not None:
            yield self.index_date
        yield from (asked.source for asked in self.items)
        for part in (self.survival, *self.follow_up):
            if part is not None:
                values = (getattr(part, f.name) for f in fields(part))
                yield from (v for v in values if isinstance(v, Source))


def clinical_mapping(root: Section, definition: Definition) -> ClinicalMapping | None:
    """Read a clinical mapping of a study that collects what `definition` says; problems are collected in
    `root.problems`."""
    items = [key for key in item_keys(definition) if key not in CLINICAL_KEYS]
    root.only((*CLINICAL_KEYS, *items))
    root.one_of("kind", ("clinical",), "clinical")
    long = root.one_of("layout", ("row_per_patient", "row_per_contact")) == "row_per_contact"
    subject = source_from(root, "subject_id")
    if subject is None:
        root.refuse("subject_id", "subject_column")
    if long:
        for key in (*PATIENT_KEYS, *items, *BY_EVENT, "survival"):
            if root.has(key):
                root.refuse(key, "contacts_only")
    contacts = tuple(c for c in map(_contact, root.sections("follow_up")) if c is not None)
    if long and len(contacts) != 1:
        root.refuse("follow_up", "one_follow_up")
    survival = _survival(root)
    if survival is not None and contacts:
        root.refuse("follow_up", "survival_or_follow_up")
    _refuse_beside_forms(root, definition)
    form = file_form(root)
    site, cohort = _place(root, "site", ("names",)), _place(root, "cohort", ("kinds", "names"))
    index_date = source_from(root, "index_date", dated=True)
    asked = read_items(root, definition, CLINICAL_KEYS, BY_EVENT)
    accepted = read_accepted(root)
    if subject is None or root.problems:
        return None
    return ClinicalMapping(
        form,
        long,
        subject,
        site,
        cohort,
        index_date,
        definition,
        asked,
        survival,
        contacts,
        accepted,
    )


def _refuse_beside_forms(root: Section, definition: Definition) -> None:
    """What forms of the study ask is mapped to their items, and to nothing else."""
    if takes_index_date(definition) and root.has("index_date"):
        root.refuse("index_date", "from_forms")
    for key in ("survival", "follow_up"):
        if takes_contacts(definition) and root.has(key):
            root.refuse(key, "from_forms")


def _place(root: Section, key: str, tables: tuple[str, ...]) -> Place | None:
    source = source_from(root, key, more=("create", *tables))
    section = root.section(key, shorthand="column")
    if source is None or section is None:
        return None
    kinds, names = (
        {code: value or "" for code, value in section.texts_by_key(table).items()}
        if table in tables
        else {}
        for table in ("kinds", "names")
    )
    for code, kind in kinds.items():
        if kind not in Cohort.Kind.values:
            section.refuse(
                "kinds", "cohort_kind", code=code, kind=kind, kinds=tuple(Cohort.Kind.values)
            )
    _check_names(section, names)
    return Place(source=source, create=section.flag("create"), names=names, kinds=kinds)


def _check_names(section: Section, names: dict[str, str]) -> None:
    times = Counter(names.values())
    for code, name in names.items():
        if len(name) > MAX_NAME:
            section.refuse("names", "place_name_too_long", n=MAX_NAME)
        if times[name] > 1 or (name in names and name != code):
            section.refuse("names", "place_name_taken", name=name)


def _survival(root: Section) -> Survival | None:
    section = root.section("survival")
    if section is None:
        return None
    section.only(("overall", "progression_free", "later_progression", "pfs_event_without_os"))
    meaning = section.one_of("pfs_event_without_os", ("progression", "leave_out"))
    later = section.one_of("later_progression", ("reject", "leave_out"), "reject") or "reject"
    overall = _duration(section, "overall", ("dead", "alive", "lost"))
    if overall is None:
        section.refuse("overall", "overall_survival")
        return None
    progression_free = _duration(section, "progression_free", TRUE_FALSE)
    os_duration, os_event, os_first_day = overall
    pfs_duration, pfs_event, pfs_first_day = progression_free or (None, None, 0)
    return Survival(
        os_duration, os_event, pfs_duration, pfs_event, os_first_day, pfs_first_day, later, meaning
    )


def _duration(
    parent: Section, key: str, events: tuple[str, ...]
) -> tuple[Source, Source, int] | None:
    section = parent.section(key)
    if section is None:
        return None
    section.only(("duration", "event", "first_day"))
    first_day = section.one_of("first_day", ("0", "1"), "0")
    duration = source_from(section, "duration", units=DURATIONS)
    event = source_from(section, "event", choices=events)
    inner = section.section("duration")
    if duration is not None and (inner is None or not inner.has("unit")):
        section.refuse("duration", "duration_unit")
    if duration is None or event is None:
        parent.refuse(key, "duration_and_event")
        return None
    return duration, event, int(first_day or 0)


def _contact(section: Section) -> Contact | None:
    section.only(("date", "status", "cause", "response", "progression_date", "disease_assessed"))
    when = source_from(section, "date", dated=True)
    status = source_from(section, "status", choices=FollowUp.Status.values)
    if when is None or status is None:
        section.refuse("date", "contact")
        return None
    return Contact(
        date=when,
        status=status,
        cause=source_from(section, "cause", choices=FollowUp.Cause.values),
        response=source_from(section, "response", choices=FollowUp.Response.values),
        progression_date=source_from(section, "progression_date", dated=True),
        disease_assessed=source_from(section, "disease_assessed", choices=TRUE_FALSE),
    )
