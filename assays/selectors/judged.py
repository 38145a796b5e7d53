"""What a plate is judged by: its policy, its measurements as the rules read them, what of it is in use."""

import pandas as pd

from assays.formats.leaving import UNREAD
from assays.models import Measurement, PanelPolicy, PlateAnalyte, PlateRun
from assays.quality import Limits
from assays.quality.refit import resolve_factors
from assays.selectors.matrix import not_excluded_by_people, usable

DOUBTED = "expected concentration as written"
DEFAULT = f"{PanelPolicy.Concentration.VENDOR} {PanelPolicy.Repeats.MEAN}"

FRAME = (
    *("well_id", "analyte_id", "specimen_id", "well__sample", "well__sample_type", "value", "flag"),
    *("bead_count", "expected", "range_low", "range_high", "dilution", "remark", "mfi", "net_mfi"),
)
NUMERIC = (
    *("specimen", "value", "bead_count", "expected", "range_low", "range_high", "dilution"),
    *("mfi", "net_mfi"),
)

UsedValue = tuple[int, int, int, str, int, str]
"""Measurement, specimen, patient, timepoint, analyte, and by what rules its number is taken."""


def policy_of(plate_run: PlateRun) -> PanelPolicy:
    """The study's policy for the plate's panel; unsaved defaults where it has none."""
    known = PanelPolicy.objects.filter(study=plate_run.study_id, panel=plate_run.panel_id).first()
    return known or PanelPolicy(study_id=plate_run.study_id, panel=plate_run.panel)


def limits_of(policy: PanelPolicy) -> Limits:
    return Limits(
        min_bead_count=policy.min_bead_count,
        recommended_bead_count=policy.recommended_bead_count,
        max_intra_cv=policy.max_intra_cv,
        recovery_low=policy.recovery_low,
        recovery_high=policy.recovery_high,
        max_out_of_range=policy.max_out_of_range,
        max_hook=policy.max_hook,
        kit_ranges=policy.kit_ranges,
    )


def stamp_judged(policy: PanelPolicy) -> str:
    """What a plate keeps of its policy: whose concentrations, and which repeats count."""
    return f"{policy.concentration} {policy.repeats}"


def plate_frame(plate_run: PlateRun) -> pd.DataFrame:
    """A plate's measurements as `assays.quality` reads them, without what a person has excluded; one query."""
    measured = Measurement.objects.filter(plate_run=plate_run, well__isnull=False)
    columns = {name: name.rpartition("__")[2].removesuffix("_id") for name in FRAME}
    rows = not_excluded_by_people(measured).values_list(*FRAME)
    frame = pd.DataFrame.from_records(
        list(rows.order_by("well_id", "id")), columns=list(columns.values())
    )
    return as_judged(frame)


def as_judged(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns of FRAME with their types, dilution as our own curve takes it, and doubted."""
    for column in NUMERIC:
        frame[column] = pd.to_numeric(frame[column]).astype("float64")
    is_unread = frame["remark"].str.contains(UNREAD, regex=False).to_numpy(bool)
    frame["dilution"] = resolve_factors(frame["dilution"], is_unread)
    frame["doubted"] = frame["remark"].str.contains(DOUBTED, regex=False)
    return frame


def curve_kinds(plate_run: PlateRun, policy: PanelPolicy) -> dict[int, str] | None:
    """The kind of curve of each analyte of a plate, where models take the concentrations of our own."""
    if policy.concentration != PanelPolicy.Concentration.REFIT:
        return None
    told = PlateAnalyte.objects.filter(plate_run=plate_run).order_by("pk")
    return dict(told.values_list("analyte_id", "curve_kind"))


def read_used_values(plate_run: PlateRun, analytes: set[int] | None = None) -> set[UsedValue]:
    """What models may use of a plate (of some analytes of it), and how: two such sets differ in what another
    model would read."""
    concentration, _space, repeats = (plate_run.judged_as or DEFAULT).partition(" ")
    of_specimens = Measurement.objects.filter(plate_run=plate_run, specimen__isnull=False)
    if analytes is not None:
        of_specimens = of_specimens.filter(analyte__in=analytes)
    rows = (
        usable(of_specimens)
        .order_by()
        .values_list(
            "pk", "specimen_id", "specimen__patient_id", "specimen__timepoint", "analyte_id"
        )
    )
    ours: dict[int, str] = {}
    if concentration == PanelPolicy.Concentration.REFIT:
        told = PlateAnalyte.objects.filter(plate_run=plate_run)
        curves = told.values_list("analyte_id", "refit")
        ours = {analyte: f"{repeats} by {refit}" for analyte, refit in curves}
    return {(*row, ours.get(row[4], repeats)) for row in rows}
