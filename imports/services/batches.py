"""Imports: receive a file, preview it, commit it whole or not at all, drop it.

Web pages, commands and jobs call these alike. `by` is None for a command on the server.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.recording import record
from imports.models import ImportBatch, SourceFile
from imports.preview import PROBLEMS_TOLD, as_json
from imports.registry import IMPORTERS, Files, Importer
from imports.services.warnings import confirm, confirm_from_mapping, say_unconfirmed
from imports.tables import SheetNeeded, check_size
from sentences import Sentence, several
from sentences import storable as _
from sentences import storable_plural as ngettext
from studies.models import Study
from studies.refusals import Refused, explain_refusals
from studies.selectors.access import require
from studies.services.locking import lock_study
from tabular.checked_yaml import YamlError, check_text

State = ImportBatch.State


def receive_file(
    *,
    study: Study,
    name: str,
    content: bytes,
    kind: str,
    mapping_text: str,
    by: User | None,
    samples: tuple[str, bytes] | None = None,
    sheet: str = "",
    samples_sheet: str = "",
) -> ImportBatch:
    """Keep an original file (and, where its kind has one, a second: name and bytes) with its mapping, and
    the sheets that a person chose of them. The same bytes are kept once per study."""
    importer = _importer(kind)
    require(by, study, importer.capability)
    check_size(name, len(content))
    name = storable_name(name)
    try:
        check_text(mapping_text)
    except YamlError as error:
        raise Refused({"mapping": [_("Mapping: %(why)s") % {"why": error}]}) from error
    if samples is not None:
        if not importer.second_file:
            told = _("No second file belongs to %(kind)s: leave “%(name)s” out.")
            raise Refused({"samples": [told % {"kind": str(importer.label), "name": samples[0]}]})
        check_size(samples[0], len(samples[1]))
    for name_of_sheet in (sheet, samples_sheet):
        check_sheet_name(name_of_sheet)
    with record(by=by, reason=Sentence("imports.received", file=name)):
        return ImportBatch.objects.create(
            study=study,
            kind=kind,
            source=keep_file(study, name, content),
            samples=None
            if samples is None
            else keep_file(study, storable_name(samples[0]), samples[1]),
            mapping_text=mapping_text,
            sheet=sheet,
            samples_sheet=samples_sheet,
            created_by=by,
        )


def storable_name(name: str) -> str:
    """A file's name without what no database holds: a file system takes any bytes for one."""
    return name.encode("utf-8", "replace").decode().replace("\0", "")


def check_sheet_name(name: str) -> None:
    """Refuse what no sheet of a workbook can be called."""
    if len(name) > 255 or not name.isprintable():
        raise Refused(_("This is no name of a sheet: it is too long or cannot be printed."))


def receive_again(
    *,
    batch: ImportBatch,
    by: User | None,
    mapping_text: str | None = None,
    sheet: str | None = None,
    samples_sheet: str | None = None,
) -> ImportBatch:
    """A new import of the same files with what was said anew (None: as before); the one before is
    dropped."""
    samples = batch.samples
    with record(by=by, reason=Sentence("imports.again", file=batch.source.name)):
        drop_import(batch=batch, by=by)
        return receive_file(
            study=batch.study,
            name=batch.source.name,
            content=bytes(batch.source.content),
            kind=batch.kind,
            mapping_text=batch.mapping_text if mapping_text is None else mapping_text,
            samples=None if samples is None else (samples.name, bytes(samples.content)),
            sheet=batch.sheet if sheet is None else sheet,
            samples_sheet=batch.samples_sheet if samples_sheet is None else samples_sheet,
            by=by,
        )


def choose_sheet(*, batch: ImportBatch, sheet: str, by: User | None) -> ImportBatch:
    """Say which sheet of the workbook is meant that a preview asked about; a new import, to be previewed."""
    asked = (batch.preview or {}).get("sheets")
    if not asked:
        raise Refused(_("This import asks for no sheet."))
    if sheet not in asked["names"]:
        raise Refused(
            _("“%(file)s” has no sheet “%(sheet)s”; it has: %(names)s.")
            % {"file": asked["file"], "sheet": sheet, "names": ", ".join(asked["names"])}
        )
    field = "samples_sheet" if asked["part"] == "samples" else "sheet"
    return receive_again(batch=batch, by=by, **{field: sheet})


def preview_import(*, batch: ImportBatch, by: User | None) -> ImportBatch:
    """Work out what a commit would do and keep it with the batch; changes nothing else."""
    return store_preview(batch=batch, preview=compute_preview(batch=batch, by=by), by=by)


def compute_preview(*, batch: ImportBatch, by: User | None) -> dict[str, Any] | Sentence:
    """The preview of a batch as JSON, or the sentence for which its file cannot be read at all."""
    importer = _importer(batch.kind)
    require(by, batch.study, importer.capability)
    try:
        return importer.plan(batch.study, importer.read(_files(batch)), by).preview
    except SheetNeeded as error:
        return {
            **as_json([], writes={}, not_taken=[], notes=[]),
            "sheets": {"part": error.part, "file": error.file, "names": list(error.names)},
            "message": error.said,
        }
    except Refused as error:
        return error.in_lines()


def store_preview(
    *, batch: ImportBatch, preview: dict[str, Any] | Sentence, by: User | None
) -> ImportBatch:
    """Keep a preview (or the sentence that stands instead of one) with its batch."""
    with record(by=by, reason=Sentence("imports.previewed", file=batch.source.name)):
        held = _hold(batch)
        _expect(held, State.RECEIVED, State.PREVIEWED)
        _keep(held, preview)
    return held


def commit_import(*, batch: ImportBatch, by: User | None) -> ImportBatch:
    """Write a previewed file, all or nothing. Raises Refused where nothing was written: rows are
    rejected, the study has changed since the preview (the new preview is kept), or the database objects."""
    importer = _importer(batch.kind)
    require(by, batch.study, importer.capability)
    held, refusal = attempt_commit(batch=batch, parsed=importer.read(_files(batch)), by=by)
    if refusal:
        raise Refused(refusal)
    return held


def check_may_commit(*, batch: ImportBatch, by: User | None) -> None:
    """Raise Refused unless a commit may be asked for: the right role, and a preview without rejections whose
    warnings are confirmed."""
    require(by, batch.study, _importer(batch.kind).capability)
    _expect(batch, State.PREVIEWED)
    if waiting := say_unconfirmed(batch):
        raise Refused(waiting)


def confirm_warnings(
    *, batch: ImportBatch, warnings: Iterable[tuple[str, str]], by: User | None
) -> ImportBatch:
    """Say that warnings (pairs of code and column) are right; who and when is kept with the import."""
    require(by, batch.study, _importer(batch.kind).capability)
    with record(by=by, reason=Sentence("imports.confirmed", file=batch.source.name)):
        held = _hold(batch)
        _expect(held, State.PREVIEWED)
        confirm(held, warnings, by)
        held.save(update_fields=["accepted"])
    return held


def attempt_commit(
    *, batch: ImportBatch, parsed: Any, by: User | None
) -> tuple[ImportBatch, Sentence | None]:
    """`commit_import` for a caller that keeps its own transaction: the batch, and the sentence for
    which nothing was written (None when it was)."""
    importer = _importer(batch.kind)
    require(by, batch.study, importer.capability)
    with record(by=by, reason=Sentence("imports.received", file=batch.source.name)):
        lock_study(batch.study_id, patient=True)
        held = _hold(batch)
        _expect(held, State.PREVIEWED)
        # Else what people enter between the comparison and the writing would be written over.
        importer.hold(held.study, parsed)
        plan = importer.plan(held.study, parsed, by)
        before = (held.preview or {}).get("fingerprint")
        _keep(held, plan.preview)
        if held.state != State.PREVIEWED:
            return held, held.message
        if plan.preview["fingerprint"] != before:
            return held, _(
                "The study has changed since this preview was made. Nothing was written; "
                "look at the new preview and commit again."
            )
        if waiting := say_unconfirmed(held):
            return held, waiting
        return _write(held, importer, plan, by)


def _write(
    batch: ImportBatch, importer: Importer, plan: Any, by: User | None
) -> tuple[ImportBatch, Sentence | None]:
    try:
        with explain_refusals():
            batch.state, batch.committed_at = State.COMMITTED, timezone.now()
            batch.save(update_fields=["state", "committed_at"])
            importer.write(plan, batch, by)
    except (Refused, DatabaseError) as error:
        batch.state, batch.committed_at = State.REFUSED, None
        batch.message = _("The database refused the file; nothing was written. %(why)s") % {
            "why": _why(error)
        }
        batch.save(update_fields=["state", "committed_at", "message"])
        return batch, batch.message
    return batch, None


def _why(error: Refused | DatabaseError) -> Sentence | str:
    if isinstance(error, Refused):
        return error.said
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def drop_import(*, batch: ImportBatch, by: User | None) -> ImportBatch:
    """Set a batch aside that will not be committed. Its file stays."""
    require(by, batch.study, _importer(batch.kind).capability)
    with record(by=by, reason=Sentence("imports.dropped", file=batch.source.name)):
        held = _hold(batch)
        _expect(held, State.PREVIEWED, State.REFUSED)
        held.state = State.DROPPED
        held.save(update_fields=["state"])
    return held


def _importer(kind: str) -> Importer:
    """How a kind is read, compared and written; docs/seams.md lists the importers."""
    if kind not in IMPORTERS:
        raise Refused(
            _("There is no import of the kind “%(kind)s”; use one of %(kinds)s.")
            % {"kind": kind, "kinds": ", ".join(IMPORTERS)}
        )
    return IMPORTERS[kind]


def keep_file(study: Study, name: str, content: bytes) -> SourceFile:
    """A file byte for byte; the same bytes are kept once per study."""
    digest = hashlib.sha256(content).hexdigest()
    kept = SourceFile.objects.defer("content").filter(study=study, sha256=digest).first()
    if kept is not None:
        return kept
    try:
        with transaction.atomic():
            return SourceFile.objects.create(
                study=study, sha256=digest, name=name[-255:], size=len(content), content=content
            )
    except IntegrityError:  # the same file arrived twice at this very moment
        return SourceFile.objects.get(study=study, sha256=digest)


def _files(batch: ImportBatch) -> Files:
    return Files(
        source=batch.source,
        mapping_text=batch.mapping_text,
        samples=batch.samples,
        sheet=batch.sheet or None,
        samples_sheet=batch.samples_sheet or None,
    )


def needs_mapping(kind: str) -> bool:
    """Whether a file of this kind cannot be read without a mapping."""
    return _importer(kind).needs_mapping


def read_files(*, batch: ImportBatch) -> Any:
    """A batch's files, parsed by the importer of its kind; raises Refused."""
    return _importer(batch.kind).read(_files(batch))


def _hold(batch: ImportBatch) -> ImportBatch:
    return (
        ImportBatch.objects.select_for_update(of=("self",))
        .select_related("source", "samples", "study")
        .get(pk=batch.pk)
    )


def _expect(batch: ImportBatch, *states: str) -> None:
    if batch.state not in states:
        raise Refused(
            _("This import is already “%(state)s”.") % {"state": State(batch.state).label}
        )


def _keep(batch: ImportBatch, preview: dict[str, Any] | Sentence) -> None:
    if isinstance(preview, Sentence):
        batch.state, batch.preview, batch.message = State.REFUSED, None, preview
    else:
        is_refused = preview["counts"]["rejected"] or preview.get("sheets")
        batch.state = State.REFUSED if is_refused else State.PREVIEWED
        batch.preview = preview
        batch.message = preview.get("message") or say_rejections(preview) or ""
        confirm_from_mapping(batch)
    batch.save(update_fields=["state", "preview", "message", "accepted"])


def say_rejections(preview: dict[str, Any]) -> Sentence | None:
    """How many rows are rejected and why the first ones are; None where none is."""
    rejected = preview["counts"]["rejected"]
    if not rejected:
        return None
    lines = [
        ngettext(
            "%(n)d row is rejected, so nothing can be loaded.",
            "%(n)d rows are rejected, so nothing can be loaded.",
            rejected,
        )
    ]
    problems = [
        (row["row"], *problem)
        for row in preview["rows"]
        if row["verdict"] == "rejected"
        for problem in row["problems"]
    ]
    for number, column, value, why in problems[:PROBLEMS_TOLD]:
        sentence = _("Row %(row)d, column “%(column)s”, value “%(value)s”: %(why)s")
        if not number:  # of the file as a whole: its plate, a name of its panel
            sentence = _("%(column)s “%(value)s”: %(why)s")
        lines.append(sentence % {"row": number, "column": column, "value": value, "why": why})
    return several(lines, by="\n")
