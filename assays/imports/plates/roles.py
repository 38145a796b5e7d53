"""What stands in the wells of a plate: as a layout, the mapping, the study's own names or its specimens say,
else as the file or a usual name says. What was guessed becomes a question that excludes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from assays.formats import PlateReading, SampleType
from assays.formats.retyping import Said, retype
from assays.formats.roles import TypedBy, parts_of, plain_name
from assays.imports.plates.layout import Layout, Placed
from assays.imports.plates.names import keys_of
from assays.models import Analyte, WellName
from assays.models.plate import SampleType as SampleTypes
from imports.columns import Problem
from sentences import Sentence
from sentences import storable as _

NAMES_ASKED = 200


@dataclass(frozen=True)
class WellQuestion:
    """A name of wells whose type was guessed, or that could be another: what it was taken for."""

    name: str
    kind: str
    wells: str
    is_guess: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class WellRoles:
    """Finds out what people say of each well of one reading."""

    def __init__(
        self,
        reading: PlateReading,
        layout: Layout | None,
        of_mapping: Mapping[str, str],
        of_study: Mapping[str, str],
        labels: Iterable[str],
    ) -> None:
        self.reading, self.layout, self.labels = reading, layout, frozenset(labels)
        self.of_mapping, self.of_study = of_mapping, of_study
        self.used: set[int] = set()
        self.problems: list[Problem] = []
        self.files_names: dict[str, str] = {}

    def retype(self, found: Mapping[str, Analyte]) -> PlateReading:
        """The reading with all that is said. found: the analytes by the file's name, for a layout names them
        by that or by symbol."""
        for name, analyte in found.items():
            for key in (*keys_of(name), *keys_of(analyte.symbol)):
                self.files_names.setdefault(key, name)
        wells = self.reading.wells
        columns = ("well", "plate", "position", "sample", "sample_type", "typed_by")
        several = wells["plate"].nunique() > 1
        said = {}
        for values in zip(*(wells[name].tolist() for name in columns), strict=True):
            well, part, position, sample, kind, by = values
            told = self._read_said(part if several else "", position or well, sample, kind, by)
            if told != Said():
                said[well] = told
        return retype(self.reading, said)

    def find_unused(self) -> list[Problem]:
        """Entries of the mapping that no well bears."""
        wells = self.reading.wells
        told = zip(wells["sample"], wells["position"], strict=True)
        seen = {key for sample, position in told for key in _keys(position, sample)}
        why = _("no well of this plate bears this name or stands there.")
        return [Problem("wells", n, why) for n in self.of_mapping if seen.isdisjoint((n, _key(n)))]

    def _read_said(self, part: str, position: str, sample: str, kind: str, by: str) -> Said:
        placed = self.layout.of(part, position, sample) if self.layout else None
        told = Said() if placed is None else placed.said
        if placed is not None and (told != Said() or placed.problems):
            self.used.add(placed.row)
            if not placed.is_told:  # of the others, the finder of specimens tells
                self.problems += [self._at(placed, problem) for problem in placed.problems]
            told = replace(told, expected=self._read_expected(told.expected))
        self._check(placed, told, position, kind, by)
        if told.kind is not None:
            return told
        for names in (self.of_mapping, self.of_study):
            if (named := _look_up(names, position, sample)) is not None:
                return replace(told, kind=SampleType(named))
        is_ours = sample in self.labels or (placed is not None and placed.is_told)
        if is_ours and by == TypedBy.GUESS and kind in (SampleType.STANDARD, SampleType.BLANK):
            return replace(told, kind=SampleType.SAMPLE)
        if sample in self.labels and by in (TypedBy.GUESS, TypedBy.OPEN):
            return replace(told, kind=SampleType.SAMPLE)
        return told

    def _at(self, placed: Placed, problem: Problem) -> Problem:
        file = self.layout.file if self.layout else ""
        return Problem(f"{file}, row {placed.row}, {problem.column}", problem.value, problem.why)

    def _check(self, placed: Placed | None, told: Said, position: str, kind: str, by: str) -> None:
        """A standard or a blank is nobody's blood, whether the file or the layout says that it is one."""
        if placed is None or not placed.is_told:
            return
        said = told.kind.value if told.kind is not None else kind if by == TypedBy.FILE else ""
        if said not in (SampleType.STANDARD, SampleType.BLANK):
            return
        self.used.add(placed.row)
        why = _(
            "row %(row)d names a subject for a well that holds a %(kind)s. Mend the row, or write sample in "
            "a column type."
        )
        words = {"row": placed.row, "kind": label_of(said)}
        self.problems.append(Problem("layout", position, why % words))

    def _read_expected(self, expected: Mapping[str, float]) -> dict[str, float]:
        """By the file's names: what is said of all analytes, and what is said of one."""
        found = {}
        if "" in expected:
            found = dict.fromkeys(self.reading.analytes["analyte"], expected[""])
        for written, value in expected.items():
            name = next(
                (self.files_names[k] for k in keys_of(written) if k in self.files_names), None
            )
            if name is not None:
                found[name] = value
            elif written and not any(problem.value == written for problem in self.problems):
                why = _("the plate has no analyte of this name.")
                self.problems.append(Problem("layout, expected", written, why))
        return found


def names_of_study(rows: Iterable[WellName]) -> dict[str, str]:
    """A study's own names of wells, as they are looked up."""
    return {_key(row.name): row.sample_type for row in rows}


def questions_on(reading: PlateReading) -> list[WellQuestion]:
    """Names whose type a person should see: those guessed, and those that could be another."""
    found: dict[tuple[str, str, str], list[str]] = {}
    wells = reading.wells
    columns = zip(
        wells["sample"], wells["sample_type"], wells["typed_by"], wells["well"], strict=True
    )
    for sample, kind, by, well in columns:
        if by in (TypedBy.GUESS, TypedBy.OPEN) and sample:
            found.setdefault((sample, kind, by), []).append(well)
    return [
        WellQuestion(name, kind, _some(places), by == TypedBy.GUESS)
        for (name, kind, by), places in list(found.items())[:NAMES_ASKED]
    ]


def seems_of(reading: PlateReading) -> list[Sentence]:
    """What a plate of fluorescence seems to lack, as sentences to confirm; none for other plates."""
    m = reading.measurements
    if m["mfi"].isna().all():
        return []
    kinds, told = set(reading.wells["sample_type"]), []
    for kind, label in ((SampleType.STANDARD, _("standards")), (SampleType.BLANK, _("blanks"))):
        if kind.value not in kinds:
            why = _(
                "The plate seems to have no %(what)s. If it has, say which wells they are, below or in a "
                "layout (column type); if it has none, commit as it is."
            )
            told.append(why % {"what": label})
    if SampleType.STANDARD.value in kinds and reading.standards["expected"].isna().all():
        told.append(
            _(
                "The file does not say what concentrations its standards have. A layout may (columns "
                "type and expected); without them our own curve cannot be fitted."
            )
        )
    if m["value"].isna().all() and reading.standards["expected"].notna().any():
        told.append(
            _(
                "The file holds no concentrations, but its standards have expected ones: choose “our own "
                "curve” in the rules of this panel, and models use the concentrations that it gives."
            )
        )
    return told


def label_of(kind: str) -> str:
    """A type of well as people read it."""
    return str(SampleTypes(kind).label)


def _look_up(names: Mapping[str, str], position: str, sample: str) -> str | None:
    """What names say of a well: by the whole name, by the name without its dilution, or by position."""
    return next((names[key] for key in _keys(position, sample) if key and key in names), None)


def _keys(position: str, sample: str) -> tuple[str, ...]:
    return sample, _key(sample), _key(parts_of(sample)[0]), position


def _key(name: str) -> str:
    return " ".join(plain_name(name).split()).casefold()


def _some(places: list[str]) -> str:
    return ", ".join(places[:6]) + (f", … ({len(places)})" if len(places) > 6 else "")
