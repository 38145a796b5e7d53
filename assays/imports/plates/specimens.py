"""Wells of a plate -> specimens of the study: by barcode, or by the layout."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from assays.imports.plates.layout import Layout, Placed, say_unknown_subject
from assays.imports.plates.mapping import PlateMapping
from assays.models import Specimen
from clinical.models import Patient
from imports.columns import Problem
from sentences import storable as _
from studies.models import Study

LONGEST_LABEL = 100


@dataclass
class WellSpecimen:
    """Whose blood stands in a well, if anybody's is known, and what speaks against it."""

    specimen: Specimen | None = None
    is_new: bool = False
    problems: list[Problem] = field(default_factory=list)


class SpecimenFinder:
    """Finds the specimens of one plate file; reads only those that the file can mean."""

    def __init__(
        self,
        study: Study,
        mapping: PlateMapping,
        layout: Layout | None,
        texts: Iterable[str],
        *,
        open_sites: set[int] | None,
    ) -> None:
        self.study, self.mapping, self.layout, self.open_sites = study, mapping, layout, open_sites
        placed = list(layout.rows()) if layout else []
        subjects = {row.subject for row in placed}
        labels = {*texts, *(row.label for row in placed)} - {""}
        of_study = Specimen.objects.filter(study=study).select_related("patient")
        self.specimens = {s.label: s for s in of_study.filter(label__in=labels)}
        self.patients = {
            p.subject_id: p for p in Patient.objects.filter(study=study, subject_id__in=subjects)
        }
        self.drawn: dict[tuple[str, str], list[Specimen]] = {}
        for specimen in of_study.filter(patient__in=self.patients.values()) if placed else ():
            key = (specimen.patient.subject_id, specimen.timepoint)
            self.drawn.setdefault(key, []).append(specimen)
            self.specimens[specimen.label] = specimen
        self.new: list[Specimen] = []
        self.used: set[int] = set()

    def of(self, plate: str, position: str, sample: str, remark: str) -> WellSpecimen:
        """The specimen of one well: what the layout says, else a label that the well bears."""
        placed = self.layout.of(plate, position, sample) if self.layout else None
        if placed is not None and placed.is_told:
            return self._place(placed)
        found = self.specimens.get(sample.strip()) or self.specimens.get(remark.strip())
        return self._open(WellSpecimen(found)) if found else WellSpecimen()

    def find_unused(self, others: Collection[int]) -> list[Placed]:
        """Rows of the layout that no well answered to; others: rows used for what else they say."""
        rows = self.layout.rows() if self.layout else ()
        return [row for row in rows if row.row not in self.used and row.row not in others]

    def _place(self, row: Placed) -> WellSpecimen:
        self.used.add(row.row)
        found = WellSpecimen(problems=[self._tell(row, problem) for problem in row.problems])
        patient = self.patients.get(row.subject)
        if row.subject and patient is None:
            known = Patient.objects.filter(study=self.study).values_list("subject_id", flat=True)
            why = say_unknown_subject(row.subject, known)
            found.problems.append(self._tell(row, Problem("subject", row.subject, why)))
        if row.collected_on and row.collected_on > self.study.today():
            why = _("blood cannot have been collected in the future.")
            problem = Problem("collected_on", row.collected_on.isoformat(), why)
            found.problems.append(self._tell(row, problem))
        if found.problems or patient is None:
            return found
        found.specimen = self._find_recorded(row, found)
        if found.specimen is None and not found.problems:
            found.specimen, found.is_new = self._make(row, patient), True
        return self._open(found)

    def _find_recorded(self, row: Placed, found: WellSpecimen) -> Specimen | None:
        """The specimen that the study (or a row before) has for a row of the layout."""
        material = row.material or self.mapping.material
        if row.label or row.sample in self.specimens:
            specimen = self.specimens.get(row.label or row.sample)
        else:
            drawn = self.drawn.get((row.subject, row.timepoint), [])
            fitting = [s for s in drawn if s.material == material]
            if len(fitting) > 1:
                why = _("several specimens fit (%(labels)s): name one in a column label.")
                words = {"labels": ", ".join(s.label for s in fitting[:5])}
                found.problems.append(self._tell(row, Problem("subject", row.subject, why % words)))
            specimen = fitting[0] if len(fitting) == 1 else None
        if specimen is None:
            return None
        said = {"subject": (specimen.patient.subject_id, row.subject)}
        said["timepoint"] = (specimen.timepoint, row.timepoint)
        said["material"] = (specimen.material, row.material or specimen.material)
        for name, (old, new) in said.items():
            if old != new:
                why = _("the specimen is already recorded with %(field)s %(old)s, not %(new)s.")
                words = {"field": name, "old": old, "new": new}
                found.problems.append(self._tell(row, Problem(name, new, why % words)))
        return specimen

    def _make(self, row: Placed, patient: Patient) -> Specimen:
        label = (row.label or row.sample or f"{row.subject}-{row.timepoint}")[:LONGEST_LABEL]
        specimen = Specimen(
            study=self.study,
            patient=patient,
            label=label,
            timepoint=row.timepoint,
            material=row.material or self.mapping.material,
            collected_on=row.collected_on,
        )
        self.specimens[label] = specimen
        self.drawn.setdefault((row.subject, row.timepoint), []).append(specimen)
        self.new.append(specimen)
        return specimen

    def _open(self, found: WellSpecimen) -> WellSpecimen:
        specimen, sites = found.specimen, self.open_sites
        if specimen and sites is not None and specimen.patient.site_id not in sites:
            why = _("this subject belongs to a site that your role does not reach.")
            found.problems.append(Problem("sample", specimen.label, why))
        return found

    def _tell(self, row: Placed, problem: Problem) -> Problem:
        file = self.layout.file if self.layout else ""
        where = f"{file}, row {row.row}, {problem.column}"
        return Problem(where, problem.value, problem.why)
