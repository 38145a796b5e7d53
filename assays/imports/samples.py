"""Samples of a file -> whose they are and when they were taken."""

from dataclasses import dataclass, field
from datetime import date

from assays.imports.mapping import SKIP, AssayMapping, Identity
from clinical.models.subjects import as_subject_id
from imports.columns import Problem, RowReader, Source
from imports.tables import Row, Table
from imports.texts import Texts, Unreadable, day, error_of_cell, quote
from sentences import storable as _

MAX_LABEL = 100


@dataclass
class Sample:
    """What a row says of a sample; `timepoint` is SKIP where the mapping leaves it out, else the name of a visit."""

    label: str
    subject: str | None
    timepoint: str | None
    collected_on: date | None
    problems: list[Problem] = field(default_factory=list)


def read_sample(table: Table, row: Row, identity: Identity, texts: Texts) -> Sample:
    """Read subject, timepoint and day of collection from one row."""
    reader = RowReader(table, row, texts)
    label = reader.text(identity.sample)
    if label is None:
        reader.reject(identity.sample, _("every row needs a sample."))
    elif len(label) > MAX_LABEL:
        reader.reject(identity.sample, _("longer than %(n)d characters.") % {"n": MAX_LABEL})
    timepoint = _timepoint(reader, identity)
    sample = Sample(label or "", None, timepoint, None, reader.problems)
    if timepoint == SKIP:
        return sample
    subject = reader.text(identity.subject)
    sample.subject = None if subject is None else as_subject_id(subject)
    if subject is None:
        reader.reject(identity.subject, _("every sample needs a subject id."))
    source = identity.collected_on
    if source is not None:
        sample.collected_on = reader.read(source, lambda text: day(text, source.format))
    return sample


def _timepoint(reader: RowReader, identity: Identity) -> str | None:
    source = identity.timepoint
    if identity.skip_others and _is_other(reader.raw(source), source):
        return SKIP
    timepoint = reader.text(source)
    if timepoint is None and not reader.problems:
        why = _("the timepoint must be known: one of %(choices)s by the coding.")
        reader.reject(source, why % {"choices": quote(source.choices)})
    return timepoint


def _is_other(text: str, source: Source) -> bool:
    """Whether a text is neither a timepoint nor in the coding, whichever way it is written there."""
    if error_of_cell(text):
        return False  # nobody knows what it would have been; it is told when it is read
    try:
        return source.code_of(text) is None and text not in source.choices
    except Unreadable:
        return False  # told when it is read


def samples_of(table: Table, file: str, mapping: AssayMapping) -> dict[str, Sample]:
    """The samples table as a whole: label -> sample. Its problems name its file and row."""
    samples: dict[str, Sample] = {}
    for row in table.rows:
        sample = read_sample(table, row, mapping.identity, mapping.form.texts)
        sample.problems = [
            Problem(f"{file}, row {row.number}, {p.column}", p.value, p.why)
            for p in sample.problems
        ]
        if sample.label in samples:
            label = f"{file}, row {row.number}, {mapping.identity.sample.label}"
            why = _("this sample is named twice in the table of samples.")
            samples[sample.label].problems.append(Problem(label, sample.label, why))
            continue
        samples[sample.label] = sample
    return samples
