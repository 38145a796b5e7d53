"""The Data page: files that came in, a new import, its preview, commit, drop, and the original."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from imports.models import ImportBatch, SourceFile
from imports.preview import Verdict
from imports.registry import IMPORTERS
from imports.sections import data_sections
from imports.selectors.batches import imports_visible_to
from imports.services import batches as services
from imports.services.jobs import COMMIT, PREVIEW, ask_for, job_key
from imports.services.warnings import doubts_with_names, find_unconfirmed, still_open
from imports.tables import check_size
from jobs.models import Job
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused
from studies.web.access import study_page
from studies.web.refusals import status_of
from studies.web.requests import StudyRequest
from tabular.checked_yaml import MAX_BYTES

LARGE = 2_000_000
NOTED = "noted"  # rows of which a value is left out or not taken as written
ROWS_A_PAGE = 50
IMPORTS = (Capability.IMPORT_CLINICAL, Capability.IMPORT_ASSAYS)
EXAMPLES = settings.BASE_DIR / "examples"


class ImportForm(forms.Form):
    """A file, what it holds, and its mapping as a file or as text."""

    kind = forms.ChoiceField(label=gettext_lazy("What the file holds"))
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, TSV, XLSX, XLS or Parquet; of an instrument as it wrote the file."
        ),
    )
    samples = forms.FileField(
        label=gettext_lazy("Second file"),
        required=False,
    )
    mapping_file = forms.FileField(label=gettext_lazy("Mapping, as a file"), required=False)
    mapping = forms.CharField(
        label=gettext_lazy("Mapping, as text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "YAML: which column holds what. Start from an example; some kinds of files need none."
        ),
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        field.choices = kinds  # type: ignore[attr-defined]
        told = (str(IMPORTERS[kind].second_file) for kind, _label in kinds)
        self.fields["samples"].help_text = " ".join(filter(None, told))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("file", "samples", "mapping_file"):
            upload = cleaned.get(name)
            try:
                if upload:
                    check_size(upload.name, upload.size)
            except Refused as error:
                self.add_error(name, str(error))
        given = cleaned.get("mapping_file") or cleaned.get("mapping")
        if not self.errors and not given and IMPORTERS[cleaned["kind"]].needs_mapping:
            self.add_error("mapping", _("Give the mapping as a file or as text."))
        return cleaned

    def mapping_text(self) -> str:
        """The mapping, from the file where one is given."""
        upload = self.cleaned_data["mapping_file"]
        if not upload:
            return self.cleaned_data["mapping"]
        try:
            return upload.read(MAX_BYTES + 1).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused({"mapping_file": [_("The mapping is not UTF-8 text.")]}) from error


def _kinds(request: StudyRequest) -> list[tuple[str, str]]:
    """The kinds of import that the person may make in this study."""
    return [
        (kind, str(importer.label))
        for kind, importer in IMPORTERS.items()
        if importer.capability in request.capabilities
    ]


def _examples() -> list[str]:
    return sorted(
        str(path.relative_to(EXAMPLES))
        for path in EXAMPLES.glob("*/*.yaml")
        if path.stem != "model"  # specifications of models lie beside the mappings
    )


def _example(name: str) -> str:
    """A shipped mapping; only a name of the list opens a file."""
    return (EXAMPLES / name).read_text(encoding="utf-8") if name in _examples() else ""


def visible_batch(request: StudyRequest, study: Study, pk: int) -> ImportBatch:
    batch = imports_visible_to(request.user, study).filter(pk=pk).first()
    if batch is None:
        raise Http404(_("There is no such import."))
    return batch


@require_safe
@study_page(Capability.VIEW_STUDY)
def import_list(request: StudyRequest, study: Study) -> HttpResponse:
    """All imports that the person may see, newest first."""
    batches = imports_visible_to(request.user, study)
    page = Paginator(batches, ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        (batch, still_open(batch.doubts or [], batch.accepted))  # type: ignore[attr-defined]
        for batch in page
    ]
    context = {
        "page": page,
        "rows": rows,
        "may_import": bool(_kinds(request)),
        "sections": data_sections.of(request, study),
    }
    return render(request, "imports/imports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(*IMPORTS)
def new_import(request: StudyRequest, study: Study) -> HttpResponse:
    """Give a file and a mapping; the preview follows."""
    kinds = _kinds(request)
    example = request.GET.get("example", "")
    initial = {"mapping": _example(example)}
    wanted = request.GET.get("kind") or next((kind for kind in IMPORTERS if kind in example), "")
    if any(kind == wanted for kind, _label in kinds):
        initial["kind"] = wanted
    form = ImportForm(request.POST or None, request.FILES or None, kinds=kinds, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            batch = _receive(request, study, form)
            return redirect("imports:import", study.code, batch.pk)
        except Refused as error:
            for field, sentences in error.errors.items():
                for sentence in sentences:
                    form.add_error(field if field in form.fields else None, str(sentence))
    context = {"form": form, "examples": _examples(), "limit": settings.MAX_UPLOAD_MB}
    status = 422 if form.errors else 200
    return render(request, "imports/import_new.html", context, status=status)


def _receive(request: StudyRequest, study: Study, form: ImportForm) -> ImportBatch:
    upload, samples = form.cleaned_data["file"], form.cleaned_data["samples"]
    batch = services.receive_file(
        study=study,
        name=upload.name,
        content=upload.read(),
        kind=form.cleaned_data["kind"],
        mapping_text=form.mapping_text(),
        samples=(samples.name, samples.read()) if samples else None,
        by=request.user,
    )
    return preview_or_ask(batch, request.user)


def preview_or_ask(batch: ImportBatch, by: User) -> ImportBatch:
    """A received batch with its preview, or with the job that makes it where the file is large."""
    if batch.source.size > LARGE:
        ask_for(PREVIEW, batch, by)
        return batch
    return services.preview_import(batch=batch, by=by)


@require_safe
@study_page(Capability.VIEW_STUDY)
def import_page(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """The preview of one import, its counts and rows."""
    return show_import(request, visible_batch(request, study, pk))


def show_import(
    request: StudyRequest,
    batch: ImportBatch,
    *,
    refusal: Refused | None = None,
    sent: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page of one import. refusal: said above it, with its forms as they were `sent`, so that a reason which
    somebody has typed is not typed again."""
    if refusal is not None:
        messages.error(request, str(refusal))
    preview = batch.preview or {}
    verdict = request.GET.get("verdict", "")
    rows = [row for row in preview.get("rows", []) if _is_asked(row, verdict)]
    chips = [(v.value, preview["counts"].get(v.value, 0)) for v in Verdict] if preview else []
    chips += [(NOTED, preview.get("noted", 0))]
    importer = IMPORTERS[batch.kind]
    context = {
        **importer.preview_context(preview),
        "batch": batch,
        "preview": preview,
        "chips": chips,
        "verdict": verdict,
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "query": f"verdict={verdict}" if verdict in {*map(str, Verdict), NOTED} else "",
        "doubts": doubts_with_names(batch),
        "unconfirmed": find_unconfirmed(batch),
        "preview_template": importer.preview_template if "sheets" not in preview else "",
        "may_commit": importer.capability in request.capabilities,
        "job": _job(batch),
        **(sent or {}),
    }
    status = 200 if refusal is None else status_of(refusal)
    return render(request, "imports/import.html", context, status=status)


def _is_asked(row: dict[str, Any], verdict: str) -> bool:
    return verdict in ("", row["verdict"]) or (verdict == NOTED and "notes" in row)


def _job(batch: ImportBatch) -> Job | None:
    return Job.objects.filter(key=job_key(batch)).order_by("-pk").first()


@require_safe
@study_page(Capability.VIEW_STUDY)
def import_progress(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """How far the job of an import is; when it is done the page loads anew."""
    batch = visible_batch(request, study, pk)
    job = _job(batch)
    response = render(request, "imports/import_progress.html", {"batch": batch, "job": job})
    if job is None or not job.is_active:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@study_page(*IMPORTS)
def commit(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Write what the preview shows."""
    batch = visible_batch(request, study, pk)
    try:
        if batch.source.size > LARGE:
            services.check_may_commit(batch=batch, by=request.user)
            ask_for(COMMIT, batch, request.user)
        else:
            services.commit_import(batch=batch, by=request.user)
            messages.success(request, _("The file is loaded, all of it."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("imports:import", study.code, batch.pk)


@require_POST
@study_page(*IMPORTS)
def confirm_warnings(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Note the warnings that a person ticked as right."""
    batch = visible_batch(request, study, pk)
    ticked = [
        (code, column)
        for code, _colon, column in (w.partition(":") for w in request.POST.getlist("warning"))
    ]
    try:
        services.confirm_warnings(batch=batch, warnings=ticked, by=request.user)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("imports:import", study.code, batch.pk)


@require_POST
@study_page(*IMPORTS)
def choose_sheet(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Take the sheet that a person chose, and show the preview of it."""
    batch = visible_batch(request, study, pk)
    sheet = request.POST.get("sheet", "")
    try:
        again = services.choose_sheet(batch=batch, sheet=sheet, by=request.user)
        batch = preview_or_ask(again, request.user)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("imports:import", study.code, batch.pk)


@require_POST
@study_page(*IMPORTS)
def drop(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Set an import aside."""
    batch = visible_batch(request, study, pk)
    try:
        services.drop_import(batch=batch, by=request.user)
        messages.success(request, _("The import is dropped; nothing of it was written."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect("imports:imports", study.code)


@require_safe
@study_page(Capability.VIEW_STUDY)
def original(request: StudyRequest, study: Study, pk: int, part: str) -> HttpResponse:
    """The original file (or its table of samples), byte for byte."""
    batch = visible_batch(request, study, pk)
    kept_pk = batch.source_id if part == "source" else batch.samples_id
    kept = SourceFile.objects.filter(pk=kept_pk).first() if kept_pk is not None else None
    if kept is None:
        raise Http404(_("This import has no such file."))
    return HttpResponse(
        bytes(kept.content),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(True, kept.name) or "attachment"
        },
    )
