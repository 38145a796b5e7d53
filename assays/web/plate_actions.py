"""What people decide on a plate's page. Where something was made from the values that a decision concerns, it
is told in numbers first, and done when the person says so."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assays.imports.plates.layout_correction import (
    SheetToChoose,
    labels_of_table,
    labels_of_text,
    text_of,
)
from assays.imports.plates.type_correction import (
    as_text,
    of_text,
    read_correction_form,
    read_correction_table,
)
from assays.models import Analyte, Exclusion, PlateRun, Well
from assays.services.deciding import decide_or_foretell
from assays.services.guides import choose_guide
from assays.services.judging import judge_with_consequences
from assays.services.layout import correct_layout
from assays.services.quality import exclude, lift, lift_all
from assays.services.well_types import retype_wells
from assays.signals import Consequence
from assays.web.consequences import in_numbers, lay_out, part_verdicts, resend_fields
from assays.web.plates import plate_or_404, plate_page
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused
from studies.web.access import study_page
from studies.web.refusals import status_of
from studies.web.requests import StudyRequest

NAMED = 5
SENT = (
    "reason",
    "what",
    "exclusion",
    "rule",
    "position",
    "label",
    "labels",
    "kind",
    "expected",
    "dilution",
)
Decide = Callable[[], list[Consequence]]


@dataclass(frozen=True)
class Asked:
    """Which form of the page it is, what its button says, what is said when it is done, and fields that stand
    in the place of what was sent (a file)."""

    form: str
    label: str
    done: str
    carried: dict[str, str] = field(default_factory=dict)


@require_POST
@study_page(Capability.JUDGE_PLATES)
def exclude_wells(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Exclude the chosen wells, or an analyte on the plate, from models."""
    shown = plate_or_404(request, study, pk)
    wells = list(Well.objects.filter(plate_run=shown, pk__in=_keys(request.POST.getlist("well"))))
    analyte = Analyte.objects.filter(pk__in=_keys([request.POST.get("analyte", "")])).first()
    what = request.POST.get("what")

    def decide() -> list[Consequence]:
        if what not in ("well", "value", "analyte", "plate"):
            raise Refused(
                _(
                    "Say what is to be excluded: wells, an analyte in wells, an analyte, or the whole "
                    "plate."
                )
            )
        if not wells and what in ("well", "value"):
            raise Refused(_("Choose the wells first."))
        if what in ("value", "analyte") and analyte is None:
            raise Refused(_("Choose an analyte first."))
        _exclusions, consequences = exclude(
            plate_run=shown,
            wells=wells if what in ("well", "value") else [],
            analyte=analyte if what in ("value", "analyte") else None,
            reason=request.POST.get("reason", ""),
            by=request.user,
        )
        return consequences

    asked = Asked("exclude", _("Exclude"), _("The exclusion is kept."))
    return _answer(request, shown, decide, asked)


@require_POST
@study_page(Capability.JUDGE_PLATES)
def lift_exclusion(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Restore what was excluded, or override a rule."""
    shown = plate_or_404(request, study, pk)
    keys = _keys([request.POST.get("exclusion", "")])
    exclusion = Exclusion.objects.filter(plate_run=shown, pk__in=keys).first()

    def decide() -> list[Consequence]:
        if exclusion is None:
            raise Refused(_("There is no such exclusion on this plate."))
        _exclusions, consequences = lift(
            exclusion=exclusion, reason=request.POST.get("reason", ""), by=request.user
        )
        return consequences

    asked = Asked("lift", _("Lift the exclusion"), _("The exclusion is lifted."))
    return _answer(request, shown, decide, asked)


@require_POST
@study_page(Capability.JUDGE_PLATES)
def lift_rule(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Restore all exclusions of a plate, or override all verdicts of a rule on it."""
    shown = plate_or_404(request, study, pk)

    def decide() -> list[Consequence]:
        _exclusions, consequences = lift_all(
            plate_run=shown,
            rule=request.POST.get("rule", ""),
            reason=request.POST.get("reason", ""),
            by=request.user,
        )
        return consequences

    asked = Asked("lift_rule", _("Lift all of a kind"), _("The exclusions are lifted."))
    return _answer(request, shown, decide, asked)


@require_POST
@study_page(Capability.JUDGE_PLATES)
def correct_wells(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Say whose specimen stood in one well, or by a file in many."""
    shown = plate_or_404(request, study, pk)
    try:
        labels = _labels(request)
    except SheetToChoose as error:
        return _choose_sheet(request, shown, error, "labels", _("Correct the layout"))
    except Refused as error:
        return _refuse(request, shown, error, "layout", {})

    def decide() -> list[Consequence]:
        return correct_layout(
            plate_run=shown,
            labels=labels,
            reason=request.POST.get("reason", ""),
            by=request.user,
        )

    carried = {"labels": text_of(labels)}
    asked = Asked("layout", _("Correct the layout"), _("The layout is corrected."), carried)
    return _answer(request, shown, decide, asked)


@require_POST
@study_page(Capability.JUDGE_PLATES)
def retype(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Say what stood in one well, or by a file in many: type, expected concentration, dilution."""
    shown = plate_or_404(request, study, pk)
    try:
        if file := request.FILES.get("file"):
            said = read_correction_table(file.name or "", file.read())
        elif text := request.POST.get("said", ""):
            said = of_text(text)
        else:
            told = (
                request.POST.get(name, "") for name in ("position", "kind", "expected", "dilution")
            )
            said = read_correction_form(*told)
    except SheetToChoose as error:
        return _choose_sheet(request, shown, error, "said", _("Say what stood there"))
    except Refused as error:
        return _refuse(request, shown, error, "types", {})

    def decide() -> list[Consequence]:
        return retype_wells(
            plate_run=shown,
            said=said,
            reason=request.POST.get("reason", ""),
            by=request.user,
        )

    done = _("It is kept; the plate is judged anew.")
    asked = Asked("types", _("Say what stood there"), done, {"said": as_text(said)})
    return _answer(request, shown, decide, asked)


def _choose_sheet(
    request: StudyRequest, shown: PlateRun, error: SheetToChoose, field: str, label: str
) -> HttpResponse:
    """Ask which sheet is meant. The page carries what each says, as `field`: nothing is sent twice."""
    context = {
        "plate": shown,
        "file": error.file,
        "sheets": error.sheets,
        "can_choose": any(text for _sheet, text, _why in error.sheets),
        "field": field,
        "label": label,
        "reason": request.POST.get("reason", ""),
        "shown": request.POST.get("shown", ""),
        "back": _address(request, shown),
    }
    return render(request, "assays/plate_sheets.html", context)


def _labels(request: StudyRequest) -> dict[str, str]:
    """Well -> label: of a file, of the page that asked again, or of the one well that was named."""
    if file := request.FILES.get("file"):
        return labels_of_table(file.name or "", file.read())
    if text := request.POST.get("labels", ""):
        return labels_of_text(text)
    position = request.POST.get("position", "").strip()
    return labels_of_text(f"{position}\t{request.POST.get('label', '')}" if position else "")


@require_POST
@study_page(Capability.JUDGE_PLATES)
def judge_again(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Judge the plate anew by the policy of today."""
    shown = plate_or_404(request, study, pk)

    def decide() -> list[Consequence]:
        _changes, consequences = judge_with_consequences(plate_run=shown, by=request.user)
        return consequences

    asked = Asked("judge", _("Judge again"), _("The plate is judged."))
    return _answer(request, shown, decide, asked)


@require_POST
@study_page(Capability.JUDGE_PLATES)
def guide(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Take the plate into the guide set of its panel and lot, or out of it."""
    shown = plate_or_404(request, study, pk)
    chosen = request.POST.get("in_guide_set") == "1"

    def decide() -> list[Consequence]:
        return choose_guide(
            plate_run=shown,
            chosen=chosen,
            reason=request.POST.get("reason", ""),
            by=request.user,
        )

    done = _("The plate is in the guide set.") if chosen else _("It is out of the guide set.")
    label = _("Take into the guide set") if chosen else _("Take out of the guide set")
    return _answer(request, shown, decide, Asked("guide", label, done))


def _answer(request: StudyRequest, shown: PlateRun, decide: Decide, asked: Asked) -> HttpResponse:
    """Do it; ask first, naming what follows from it, where anything does. What is refused comes back as it was
    written."""
    try:
        consequences, stands = decide_or_foretell(decide, sure="confirmed" in request.POST)
    except Refused as error:
        return _refuse(request, shown, error, asked.form, asked.carried)
    if not stands:
        return _ask(request, shown, consequences, asked)
    _tell(request, asked.done, consequences)
    return _back(request, shown)


def _refuse(
    request: StudyRequest, shown: PlateRun, error: Refused, form: str, carried: dict[str, str]
) -> HttpResponse:
    """The plate's page with the refusal above it and the form as it was filled in: a reason that somebody has
    typed while the study was busy is not typed again. htmx swaps no page of another status than 200."""
    sent = {name: request.POST.get(name, "") for name in SENT} | carried | {"form": form}
    sent["of"] = "well" if sent["position"] else "table"
    wells = set(_keys(request.POST.getlist("well")))
    return plate_page(
        request,
        shown,
        analyte=request.POST.get("shown", ""),
        status=200 if request.headers.get("HX-Request") else status_of(error),
        more={"sent": sent, "ticked": wells, "refusal": str(error)},
    )


def _ask(
    request: StudyRequest, shown: PlateRun, will: list[Consequence], asked: Asked
) -> HttpResponse:
    fields = [*resend_fields(request.POST, asked.carried), *asked.carried.items()]
    context = {
        "plate": shown,
        "fields": fields,
        "label": asked.label,
        "will": lay_out(will),
        "back": _address(request, shown),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "assays/plate_confirm.html", context)


def _tell(request: StudyRequest, done: str, consequences: list[Consequence]) -> None:
    """One message: what was done, what the rules say differently by it, and what was made from the values that
    have changed."""
    verdicts, stale = part_verdicts(consequences)
    if verdicts:
        by_rules = _("By the rules: %(what)s (%(names)s).")
        done += " " + by_rules % {"what": in_numbers(verdicts), "names": _first(verdicts)}
    if not stale:
        messages.success(request, done + " " + _("No dataset, version or score was made from it."))
        return
    text = _("Stale now: %(what)s (%(names)s). New scores are asked for.")
    words = {"what": in_numbers(stale), "names": _first(stale)}
    messages.warning(request, f"{done} {text % words}")


def _first(consequences: list[Consequence]) -> str:
    more = " …" if len(consequences) > NAMED else ""
    return "; ".join(str(one.text) for one in consequences[:NAMED]) + more


def _keys(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]


def _address(request: StudyRequest, shown: PlateRun) -> str:
    answer = redirect("assays:plate", shown.study.code, shown.pk)
    analyte = request.POST.get("shown", "")
    return str(answer["Location"]) + (f"?analyte={analyte}" if analyte.isdecimal() else "")


def _back(request: StudyRequest, shown: PlateRun) -> HttpResponse:
    answer = redirect("assays:plate", shown.study.code, shown.pk)
    answer["Location"] = _address(request, shown)
    return answer
