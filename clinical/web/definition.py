"""What the study collects, as people read it: visits and forms in a grid, then each form with its items."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clinical.dictionary.definition import Definition, Form, Item, Role, Type
from clinical.dictionary.described import describe_outcome, list_native_forms
from clinical.models import Definition as Stored
from clinical.selectors.definitions import collected_by
from clinical.sentences import say
from clinical.web.wording import write_range, write_unit
from studies.models import Study
from studies.permissions import Capability
from studies.web.access import study_page
from studies.web.requests import StudyRequest

TYPES = {
    Type.TEXT: gettext_lazy("text"),
    Type.INTEGER: gettext_lazy("whole number"),
    Type.DECIMAL: gettext_lazy("number"),
    Type.YES_NO: gettext_lazy("yes or no"),
    Type.CODE: gettext_lazy("one of a list"),
    Type.CODES: gettext_lazy("several of a list"),
    Type.DATE: gettext_lazy("date"),
    Type.DATETIME: gettext_lazy("date and time"),
    Type.TIME: gettext_lazy("time"),
    Type.FILE: gettext_lazy("file"),
    Type.HEADING: gettext_lazy("heading"),
}


ROLES = {
    Role.INDEX_DATE: gettext_lazy("index date"),
    Role.LAST_CONTACT: gettext_lazy("date of contact"),
    Role.VITAL_STATUS: gettext_lazy("status"),
    Role.DEATH: gettext_lazy("date of death"),
    Role.CAUSE_OF_DEATH: gettext_lazy("cause of death"),
    Role.PROGRESSION: gettext_lazy("date of progression"),
    Role.RESPONSE: gettext_lazy("RECIST response"),
    Role.DISEASE_ASSESSED: gettext_lazy("disease status assessed"),
}


@dataclass(frozen=True)
class Row:
    """An item as a row of its form's table."""

    name: str
    label: str
    kind: str
    unit: str
    values: str
    remarks: list[str]


@require_safe
@study_page(Capability.VIEW_STUDY)
def definition(request: StudyRequest, study: Study) -> HttpResponse:
    collected = collected_by(study)
    found = collected.definition
    return render(
        request,
        "clinical/definition.html",
        {
            "definition": found,
            "version": collected.version,
            "published": Stored.objects.filter(pk=collected.pk or 0).first(),
            "events": [(event, say(event.label, event.name)) for event in found.events],
            "grid": [_grid_row(form, found) for form in found.forms],
            "forms": _tables(found.forms, found),
            "outcome": _tables(list_native_forms(found), describe_outcome()),
        },
    )


def _tables(forms: Iterable[Form], definition: Definition) -> list[tuple[Form, str, list[Row]]]:
    """Each form with its label and its items."""
    return [
        (form, say(form.label, form.name), [_row(item, definition) for item in form.items])
        for form in forms
    ]


def _grid_row(form: Form, definition: Definition) -> tuple[str, str, list[str]]:
    """The form's name and label, and at each event "" (not asked), "once" or "again"."""
    cells = []
    for event in definition.events:
        places = [one for one in event.forms if one.form == form.name]
        again = event.repeats or any(one.repeats for one in places)
        cells.append("" if not places else "again" if again else "once")
    return form.name, say(form.label, form.name), cells


def _row(item: Item, definition: Definition) -> Row:
    codes = definition.codes_of(item)
    values = "; ".join(say(one.label, one.code) for one in codes) or write_range(item)
    return Row(
        name=item.name,
        label=say(item.label, item.name),
        kind=str(TYPES[item.type]),
        unit=write_unit(item),
        values=values,
        remarks=list(_remarks(item)),
    )


def _remarks(item: Item) -> list[str]:
    found = []
    if item.derived:
        found.append(_("computed: %(formula)s") % {"formula": item.derived})
    if item.shown_when:
        found.append(_("asked when %(condition)s") % {"condition": item.shown_when})
    if item.required:
        found.append(_("required"))
    if item.critical:
        found.append(_("must not be missing"))
    if item.identifier:
        found.append(_("tells who somebody is"))
    if item.role:
        found.append(_("gives the outcome: %(role)s") % {"role": ROLES[item.role]})
    if item.model_may_read:
        found.append(_("models may read it"))
    found += [f"{one.system} {one.code}" for one in item.codings]
    return found
