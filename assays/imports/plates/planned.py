"""What the import of a plate file would write."""

from dataclasses import dataclass, field

from assays.formats import PlateReading
from assays.imports.plates.cells import Cells
from assays.imports.plates.names import NamedAnalytes
from assays.models import Panel, PlateAnalyte, PlateRun, Specimen, Well
from imports.preview import RowVerdict
from sentences import Sentence
from sentences import storable as _


@dataclass
class PlannedPlate:
    """One plate of the file as it would be written. `wells` by the file's name of the well."""

    run: PlateRun
    wells: dict[str, Well]
    replicates: dict[str, int]
    plate_analytes: dict[str, PlateAnalyte]
    cells: Cells
    is_new: bool = True


@dataclass
class PlatePlan:
    """All that a plate file adds, and the verdicts on its wells."""

    reading: PlateReading
    panel: Panel
    names: NamedAnalytes
    rows: list[RowVerdict] = field(default_factory=list)
    plates: list[PlannedPlate] = field(default_factory=list)
    specimens: list[Specimen] = field(default_factory=list)
    notes: list[Sentence | str] = field(default_factory=list)
    reruns: list[str] = field(default_factory=list)
    """Plates of the study of which the file may be a new export."""
    of_file: RowVerdict = field(default_factory=lambda: RowVerdict(0, _("the file"), skipped=True))

    def to_write(self) -> list[PlannedPlate]:
        return [plate for plate in self.plates if plate.is_new]

    def counts(self) -> dict[str, int]:
        """How many of what will be made."""
        new = self.to_write()
        counts = {
            "new specimens": len(self.specimens) if new else 0,
            "new plates": len(new),
            "new wells": sum(len(plate.wells) for plate in new),
            "new measurements": sum(len(plate.cells.frame) for plate in new),
        }
        return {what: count for what, count in counts.items() if count}
