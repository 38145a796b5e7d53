"""A plate file against what a study holds -> plates, wells and measurements to write, and verdicts."""

import zoneinfo
from collections import Counter
from datetime import datetime
from pathlib import PurePath

import pandas as pd

from assays.formats import PlateReading, SampleType
from assays.imports.plates.cells import Cells, cells_of, shorten
from assays.imports.plates.checks import longest
from assays.imports.plates.mapping import PlateMapping, Superseding
from assays.imports.plates.names import AnalyteNames
from assays.imports.plates.planned import PlannedPlate, PlatePlan
from assays.imports.plates.rerun import equal_export, exports_of, find_superseded, free_name
from assays.imports.plates.roles import WellRoles, names_of_study, seems_of
from assays.imports.plates.specimens import SpecimenFinder
from assays.imports.plates.stored import differences, same_run_elsewhere
from assays.models import Analyte, Panel, PlateAnalyte, PlateRun, Well, WellName
from imports.columns import Problem
from imports.preview import Change, RowVerdict
from imports.texts import quote
from sentences import Sentence, as_sentence
from sentences import storable as _
from sentences import storable_plural as ngettext
from studies.models import Study
from studies.refusals import Refused

WITHOUT_SPECIMEN = (SampleType.STANDARD, SampleType.BLANK)
NAMED = 12
QUESTIONS_TOLD = 5
LONGEST_NAME = longest(PlateRun, "name")
REMARK = longest(Well, "remark")


class PlatePlanner:
    """Plans the import of one reading. Writes nothing."""

    def __init__(
        self,
        study: Study,
        reading: PlateReading,
        mapping: PlateMapping,
        finder: SpecimenFinder,
        *,
        filename: str,
    ) -> None:
        self.study, self.reading, self.mapping, self.finder = study, reading, mapping, finder
        self.filename = filename
        names = AnalyteNames(mapping.analytes, mapping.leave_out)
        analytes = reading.analytes
        pairs = zip(analytes["analyte"], analytes["uniprot"].fillna(""), strict=True)
        named = names.resolve(pairs)
        own = names_of_study(WellName.objects.filter(study=study))
        self.roles = WellRoles(reading, finder.layout, mapping.wells, own, finder.specimens)
        self.reading = self.roles.retype(named.found)
        self.plan = PlatePlan(self.reading, self._panel(), named)
        self.nameless: list[str] = []

    def make(self) -> PlatePlan:
        """The whole plan."""
        plan, found = self.plan, self.plan.names.found
        for question in plan.names.questions[:QUESTIONS_TOLD]:
            plan.of_file.problems.append(Problem("analyte", question.name, question.why))
        self._check_panel(found)
        cells = cells_of(self.reading, set(found), unit=self.mapping.unit)
        wells = self.reading.wells
        several = wells["plate"].nunique() > 1
        for name, group in wells.groupby("plate", sort=False):
            self._plate(str(name) if several else "", group, cells, several=several)
        plan.of_file.problems += [*self.roles.problems, *self.roles.find_unused()]
        for placed in self.finder.find_unused(self.roles.used):
            why = _("%(file)s, row %(row)d names a well or sample that this plate does not have.")
            words = {
                "file": self.finder.layout.file if self.finder.layout else "",
                "row": placed.row,
            }
            told = placed.well or placed.sample
            plan.of_file.problems.append(Problem("layout", told, why % words))
        plan.specimens = self.finder.new
        plan.notes += self._notes()
        if plan.of_file.problems:
            plan.rows.insert(0, plan.of_file)
        return plan

    def _panel(self) -> Panel:
        told = self.reading.plate
        name = self.mapping.panel or told.kit or told.protocol
        name = shorten(name or f"Panel of {self._stem()}", 120)
        npx = bool((self.reading.measurements["unit"] == "NPX").any())
        scale = Panel.Scale.NPX if npx else Panel.Scale.CONCENTRATION
        return Panel.objects.filter(name=name).first() or Panel(name=name, scale=scale)

    def _check_panel(self, found: dict[str, Analyte]) -> None:
        plan, npx = self.plan, bool((self.reading.measurements["unit"] == "NPX").any())
        if (plan.panel.scale == Panel.Scale.NPX) != npx:
            why = _(
                "the panel is kept as %(scale)s, the file holds another scale: give the plate a "
                "panel of its own (panel: in the mapping)."
            ) % {"scale": plan.panel.get_scale_display()}
            plan.of_file.problems.append(Problem("panel", plan.panel.name, why))
        if plan.panel.pk is None:
            return
        before = PlateRun.objects.filter(study=self.study, panel=plan.panel).order_by("-pk").first()
        units = dict(
            PlateAnalyte.objects.filter(plate_run=before).values_list("analyte_id", "unit")
        )
        for name, unit in self._units().items():
            kept = units.get(found[name].pk) if name in found else None
            if kept and unit and kept != unit:
                why = _("this panel's plates in the study measure it in %(unit)s.")
                plan.of_file.problems.append(Problem(name, unit, why % {"unit": kept}))

    def _units(self) -> dict[str, str]:
        a = self.reading.analytes
        return {
            name: unit or self.mapping.unit
            for name, unit in zip(a["analyte"], a["unit"].fillna(""), strict=True)
        }

    def _plate(self, part: str, wells: pd.DataFrame, cells: Cells, *, several: bool) -> None:
        plan = self.plan
        rows: list[RowVerdict] = []
        planned = PlannedPlate(self._run(part), {}, {}, {}, cells)
        replicates: Counter[str] = Counter()
        taken: set[str] = set()
        columns = ("well", "position", "sample", "sample_type", "dilution", "remark")
        remarks = self._remarks()
        for values in zip(*(wells[name].tolist() for name in columns), strict=True):
            name, position, sample, kind, dilution, remark = values
            position = position if position and position not in taken else name
            taken.add(position)
            told = "; ".join(dict.fromkeys(filter(None, (remark or "", *remarks.get(name, ())))))
            well = Well(
                plate_run=planned.run,
                position=position,
                sample_type=str(kind),
                sample=sample or "",
                dilution=None if dilution != dilution else dilution,
                remark=shorten(told, REMARK),
            )
            if len(told) > REMARK:
                note = _("Remarks of %(well)s in full: %(remark)s")
                planned.run.notes.append(note % {"well": position, "remark": told})
            planned.wells[name] = well
            rows.append(self._well(well, part, remark or "", len(plan.rows) + len(rows) + 1))
            if well.specimen is not None:
                replicates[well.specimen.label] += 1
                planned.replicates[name] = replicates[well.specimen.label]
        if several:
            planned.cells = cells.of_wells(set(planned.wells))
        self._analytes(planned)
        self._identity(planned, rows)
        plan.plates.append(planned)
        plan.rows += rows

    def _run(self, part: str) -> PlateRun:
        told, mapping = self.reading.plate, self.mapping
        name = mapping.plate or told.name or self._stem()
        acquired: datetime | None = None
        if told.acquired is not None:
            acquired = told.acquired.replace(tzinfo=zoneinfo.ZoneInfo(self.study.time_zone))
        return PlateRun(
            study=self.study,
            panel=self.plan.panel,
            name=f"{name} / {part}" if part else name,
            format=self.reading.format,
            instrument=told.instrument,
            serial=told.serial,
            software=told.software,
            protocol=told.protocol,
            kit=told.kit,
            lot=told.lot,
            acquired_at=acquired,
            acquired_text=told.acquired_text,
            run_on=None if told.acquired is None else told.acquired.date(),
            size=told.wells,
            header=self.reading.header,
            notes=[*map(as_sentence, self.reading.notes), *seems_of(self.reading)],
        )

    def _well(self, well: Well, part: str, remark: str, number: int) -> RowVerdict:
        told = f"{well.position} · {well.sample}" if well.sample else well.position
        row = RowVerdict(number, told)
        row.changes.append(Change("type", None, well.sample_type))
        found = None
        if well.sample_type not in WITHOUT_SPECIMEN:
            by_label = well.sample_type == SampleType.SAMPLE
            sample = well.sample if by_label else ""
            found = self.finder.of(part, well.position, sample, remark if by_label else "")
            row.problems += found.problems
        if found is not None and found.specimen is not None:
            well.specimen = found.specimen
            patient = found.specimen.patient.subject_id
            whose = f"{found.specimen.label} ({patient}, {found.specimen.timepoint})"
            row.changes.append(Change("new specimen" if found.is_new else "specimen", None, whose))
        elif well.sample_type == SampleType.SAMPLE and not row.problems:
            self.nameless.append(well.sample or well.position)
        if well.remark:
            row.changes.append(Change("remark", None, shorten(well.remark, 80)))
        return row

    def _analytes(self, planned: PlannedPlate) -> None:
        units = self._units()
        for told in self.reading.analytes.to_dict("records"):
            analyte = self.plan.names.found.get(told["analyte"])
            if analyte is None:
                continue
            planned.plate_analytes[told["analyte"]] = PlateAnalyte(
                plate_run=planned.run,
                analyte=analyte,
                name=told["analyte"],
                unit=units[told["analyte"]],
                lloq=None if told["lloq"] != told["lloq"] else told["lloq"],
                uloq=None if told["uloq"] != told["uloq"] else told["uloq"],
                curve=told["curve"] or "",
                curve_kind=shorten(told["curve_kind"] or "", 60),
            )

    def _identity(self, planned: PlannedPlate, rows: list[RowVerdict]) -> None:
        """Is the plate new, here already as it is, or here with other values?"""
        if len(planned.run.name) > LONGEST_NAME:
            why = _("longer than %(n)d characters: name the plate in the mapping (plate: …).")
            problem = Problem("plate", planned.run.name, why % {"n": LONGEST_NAME})
            self.plan.of_file.problems.append(problem)
        said = self.mapping.supersedes
        name = (said.plate if said else "") or planned.run.name
        stored = PlateRun.objects.filter(study=self.study, name=name).first()
        if stored is None and said is None:
            self._is_new(planned, rows)
            return
        exports = exports_of(stored) if stored else []
        equal = equal_export(planned, exports)
        if equal is None and said is not None:
            self._supersede(planned, rows, said)
            return
        planned.is_new = False
        for row in rows:
            row.changes = []
        if equal is None:
            why = _(
                "the study has a plate of this name with other values (%(cells)s). Raw values are "
                "never overwritten: if it is another plate, give it another name (plate: in the "
                "mapping); if it is a new export of the same run, let it supersede the earlier one "
                "(supersedes: in the mapping), which is kept and taken out of use."
            )
            different = "; ".join(differences(planned, exports[-1]))
            problem = Problem("plate", planned.run.name, why % {"cells": different})
            self.plan.of_file.problems.append(problem)
            self.plan.reruns.append(exports[-1].name)
        else:
            note = _("The plate “%(plate)s” is already in the study with the same values.")
            self.plan.notes.append(note % {"plate": equal.name})
            if self.finder.layout is not None:
                note = _(
                    "The layout “%(file)s” changes nothing on the plate “%(plate)s”, which is in the "
                    "study: whose specimen stood in a well is corrected on the plate's page."
                )
                words = {"file": self.finder.layout.file, "plate": planned.run.name}
                self.plan.notes.append(note % words)

    def _is_new(self, planned: PlannedPlate, rows: list[RowVerdict]) -> None:
        for row in rows:
            row.is_new = True
        twin = same_run_elsewhere(planned)
        if twin is None:
            return
        if differences(planned, twin):
            note = _(
                "This seems to be a new export of the run that is here as “%(plate)s”: the same instrument "
                "and time, other values. Let it supersede that plate, or both count as repeats."
            )
            self.plan.reruns.append(twin.name)
        else:
            note = _(
                "This seems to be the plate “%(plate)s” again: the same instrument, time and "
                "values under another name. Commit it only if it is another run."
            )
        self.plan.notes.append(note % {"plate": twin.name})

    def _supersede(self, planned: PlannedPlate, rows: list[RowVerdict], said: Superseding) -> None:
        """Take the place of the newest export of the run, under a name of its own."""
        try:
            old = find_superseded(planned, said)
        except Refused as error:
            problem = Problem("supersedes", said.plate or planned.run.name, error.said)
            self.plan.of_file.problems.append(problem)
            return
        for row in rows:
            row.is_new = True
        planned.run.supersedes = old
        planned.run.in_guide_set = old.in_guide_set
        planned.run.name = free_name(planned)
        note = _("“%(new)s” supersedes “%(old)s”, which is kept and taken out of use: %(why)s") % {
            "new": planned.run.name,
            "old": old.name,
            "why": said.reason,
        }
        if old.in_guide_set:
            note += " " + _("It takes its place in the guide set, too.")
        self.plan.notes.append(note)

    def _remarks(self) -> dict[str, list[str]]:
        r, found = self.reading.remarks, dict[str, list[str]]()
        for well, analyte, text in zip(r["well"], r["analyte"], r["text"], strict=True):
            if well and not analyte:
                found.setdefault(well, []).append(text)
        return found

    def _notes(self) -> list[Sentence]:
        notes = seems_of(self.reading)
        if self.nameless:
            count, first = len(self.nameless), list(dict.fromkeys(self.nameless))
            sentence = ngettext(
                "%(n)d sample belongs to no specimen of this study yet: %(names)s. It stays on "
                "the plate and enters no dataset until a layout names it.",
                "%(n)d samples belong to no specimen of this study yet: %(names)s. They stay on "
                "the plate and enter no dataset until a layout names them.",
                count,
            )
            more = ", …" if len(first) > NAMED else ""
            notes.append(sentence % {"names": quote(first[:NAMED]) + more})
        if self.plan.names.left_out:
            left = ", ".join(self.plan.names.left_out)
            notes.append(_("Left out, kept in the file only: %(names)s.") % {"names": left})
        return notes

    def _stem(self) -> str:
        return PurePath(self.filename).stem or self.filename
