"""What keeps a version from being published because forms that are filled would tell the outcome no more, or never."""

from clinical.models import Definition, EventForm, FilledForm, Item
from sentences import Sentence, several, storable_plural
from sentences import storable as _
from studies.refusals import Refused


def refuse_untold_outcome(row: Definition) -> None:
    """Refuse a version, its parts written, under which people would enter an outcome that is not followed: a filled form stays
    under the version in which it was filled, and tells what that version says. Voided forms count, for they can be restored."""
    told = [*_find_unheard(row), *_find_out_of_reach(row)]
    if told:
        raise Refused(several(told))


def _find_unheard(row: Definition) -> list[Sentence]:
    """Items with a role on forms that were filled before they had it: a death that is entered there would be no death."""
    found = []
    for item in Item.objects.filter(definition=row).exclude(role="").select_related("form"):
        filled = FilledForm.objects.filter(patient__study=row.study_id, form_oid=item.form.oid)
        heard = Item.objects.filter(definition__study=row.study_id, oid=item.oid, role=item.role)
        n = filled.exclude(event_form__form__in=heard.values("form")).count()
        if n:
            said = storable_plural(
                "%(n)d form “%(form)s” was filled before its item “%(item)s” had the role %(role)s, and would not be followed: "
                "give the role to an item of a new form.",
                "%(n)d forms “%(form)s” were filled before their item “%(item)s” had the role %(role)s, and would not be followed: "
                "give the role to an item of a new form.",
                n,
            )
            found.append(said % {"form": item.form.name, "item": item.name, "role": item.role})
    return found


def _find_out_of_reach(row: Definition) -> list[Sentence]:
    """Forms that tell the outcome and have no place in the version: nobody could correct or void them."""
    telling = Item.objects.filter(definition__study=row.study_id).exclude(role="").values("form")
    filled = FilledForm.objects.filter(patient__study=row.study_id, event_form__form__in=telling)
    places = set(EventForm.objects.filter(definition=row).values_list("event__oid", "form__oid"))
    lost = {
        (event, form)
        for event_oid, form_oid, event, form in filled.values_list(
            "event_oid", "form_oid", "event_form__event__name", "event_form__form__name"
        ).distinct()
        if (event_oid, form_oid) not in places
    }
    why = _(
        "The form “%(form)s” of “%(event)s” tells the outcome of patients for whom it is filled: keep it there, "
        "or say under was what it was called."
    )
    return [why % {"form": form, "event": event} for event, form in sorted(lost)]
