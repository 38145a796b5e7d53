"""What a study already holds of the specimens and plates of a file."""

from collections.abc import Collection
from dataclasses import dataclass

from assays.models import Measurement, Panel, PlateRun, Specimen
from clinical.models import Patient
from studies.models import Study

Key = tuple[str, str, int, int]
"""Specimen label, plate, analyte's primary key, replicate."""


@dataclass(frozen=True)
class KnownAssays:
    """Patients and specimens by name, plates by name, and the text of each stored measurement."""

    patients: dict[str, Patient]
    specimens: dict[str, Specimen]
    plates: dict[str, PlateRun]
    panel: Panel | None
    panel_unit: str | None
    texts: dict[Key, str]


def read_known_assays(
    study: Study, labels: Collection[str], subjects: Collection[str], panel_name: str
) -> KnownAssays:
    """Read what an assay file is compared with, in six queries: of specimens and patients only those
    that the file names, by `labels` and `subjects`."""
    panel = Panel.objects.filter(name=panel_name).first()
    used = Measurement.objects.filter(plate_run__study=study, plate_run__panel=panel).order_by()
    specimens = Specimen.objects.filter(study=study, label__in=labels)
    stored = Measurement.objects.filter(specimen__study=study, specimen__label__in=labels)
    rows = stored.order_by().values_list(
        "specimen__label", "plate_run__name", "analyte_id", "replicate", "value_text"
    )
    patients = Patient.objects.filter(study=study, subject_id__in=subjects)
    return KnownAssays(
        patients={p.subject_id: p for p in patients},
        specimens={s.label: s for s in specimens.select_related("patient")},
        plates={p.name: p for p in PlateRun.objects.filter(study=study).select_related("panel")},
        panel=panel,
        panel_unit=used.values_list("unit", flat=True).first() if panel is not None else None,
        texts={(label, plate, pk, n): text for label, plate, pk, n, text in rows.iterator()},
    )
