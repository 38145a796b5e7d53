"""Writes of filled forms."""

from collections.abc import Mapping

from django.utils.translation import get_language

from accounts.models import User
from audit.recording import record
from clinical.dictionary.definition import Form, Severity, said_in
from clinical.dictionary.filling import (
    Consequences,
    Filled,
    answer_items,
    draw_consequences,
    missing_items,
    names_elsewhere,
)
from clinical.models import FilledForm, Patient
from clinical.models.filled import FormStatus
from clinical.selectors.definitions import Collected, collected_in
from clinical.selectors.record import columns_elsewhere, filled_of, forms_of
from clinical.services.definitions import ensure_published
from clinical.signals import clinical_change
from sentences import as_sentence
from sentences import storable as _
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused, Stale, explain_refusals
from studies.selectors.access import require
from studies.selectors.state import state_token

CHANGED_SINCE = _(
    "Somebody else has changed these values since you opened the page. They are shown as they are now: "
    "check them and enter your change again."
)


def fill_form(
    *,
    patient: Patient,
    event: str,
    form: str,
    texts: Mapping[str, str],
    by: User | None,
    reason: str = "",
    seen: str | None = None,
    status: str = FormStatus.COMPLETE,
    event_instance: int = 1,
    form_instance: int = 1,
) -> FilledForm:
    """Enter or correct what a form asks; items that are not named stay as they are.

    `seen` is the state_token of what the person was shown; a form that was changed since is then refused. `texts` are as a
    person writes them: see `clinical.dictionary.values`.
    """
    require(by, patient.study, Capability.ENTER_CLINICAL, site=patient.site)
    with record(by=by, reason=reason), explain_refusals():
        collected = ensure_published(patient.study)
        place = collected.places.get((event, form))
        if place is None:
            raise Refused(_("The study does not collect this form at this visit."))
        rows = (
            FilledForm.objects.select_for_update(of=("self",))
            .filter(
                patient=patient,
                voided_at__isnull=True,
                event_oid=place.event,
                form_oid=place.form,
                event_instance=event_instance,
                form_instance=form_instance,
            )
            .select_related("event_form__event", "event_form__form")
        )
        stored = rows.first()
        if seen is not None and seen != state_token(stored):
            raise Stale(CHANGED_SINCE)
        row = stored or FilledForm(
            patient=patient,
            event_oid=place.event,
            form_oid=place.form,
            event_instance=event_instance,
            form_instance=form_instance,
        )
        if stored is None:
            row.event_form_id = place.pk
        else:  # it stays under the version in which it was filled
            newest = collected.definition.form_by_name[form]
            collected = collected_in(stored.event_form.definition_id)
            event, form = stored.event_form.event.name, stored.event_form.form.name
            texts = _as_named_then(texts, newest, collected.definition.form_by_name[form])
        row.status = status
        drawn = _consequences(collected, patient, event, form, filled_of(stored), texts)
        _refuse(collected, form, drawn, status)
        write_answers(row, drawn.filled)
        row.save()
        rederive(patient.study, collected, [patient.pk], but_not=row.pk)
        clinical_change.send(sender=FilledForm, study=patient.study)
    return row


def _as_named_then(texts: Mapping[str, str], newest: Form, then: Form) -> dict[str, str]:
    """Texts by the names that items had in an earlier version; names of that version stay."""
    names = {item.oid: item.name for item in then.items}
    today = {item.name: names.get(item.oid, item.name) for item in newest.items}
    return {
        name if name in then.by_name else today.get(name, name): text
        for name, text in texts.items()
    }


def write_answers(row: FilledForm, filled: Filled) -> None:
    """Put the answers into a row that is yet to be saved."""
    row.values, row.given = dict(filled.values), dict(filled.given)
    row.missing, row.states = dict(filled.missing), dict(filled.states)


def _consequences(
    collected: Collected,
    patient: Patient,
    event: str,
    name: str,
    stored: Filled,
    texts: Mapping[str, str],
) -> Consequences:
    definition = collected.definition
    form = definition.form_by_name[name]
    today = patient.study.today().isoformat()
    filled, problems = answer_items(form, definition, stored, texts, today=today)
    if problems:
        raise Refused({item: [as_sentence(why)] for item, why in problems.items()})
    rules = collected.rules(event, name)
    named = names_elsewhere(form, rules)
    elsewhere = {}
    if named:
        rows = forms_of([patient]).order_by("event_instance", "form_instance", "pk")
        known = [(patient.pk, r.event_form.event.name, r.values, r.missing) for r in rows]
        elsewhere = columns_elsewhere(definition, event, named, [patient.pk], known)
    return draw_consequences(form, rules, [filled], elsewhere)[0]


def _refuse(collected: Collected, name: str, drawn: Consequences, status: str) -> None:
    form = collected.definition.form_by_name[name]
    messages = {check.name: check.message for check in form.checks}
    if fired := drawn.fired.get(Severity.HARD):
        # Words of the study, not ours: there is nothing to translate.
        language = get_language() or "en"
        raise Refused({"__all__": [said_in(messages[one], language, one) for one in fired]})
    if status == FormStatus.COMPLETE and (left_out := missing_items(form, drawn)):
        why = _("This is required: enter it, or say why it is missing.")
        raise Refused({item.name: [why] for item in left_out})


def rederive(
    study: Study, collected: Collected, patients: list[int], *, but_not: int | None = None
) -> None:
    """Derive anew what stands on one form and is derived from another, of these patients."""
    definition = collected.definition
    crossing = {
        (event, form): named
        for (event, form) in collected.places
        if (named := names_elsewhere(definition.form_by_name[form], collected.rules(event, form)))
    }
    if not crossing:
        return
    rows = list(
        FilledForm.objects.filter(patient__in=patients, voided_at__isnull=True)
        .select_related("event_form__event", "event_form__form")
        .order_by("event_instance", "form_instance", "pk")
    )
    known = [(r.patient_id, r.event_form.event.name, r.values, r.missing) for r in rows]
    for (event, name), named in crossing.items():
        here = [
            r
            for r in rows
            if (r.event_form.event.name, r.event_form.form.name) == (event, name)
            and r.pk != but_not
        ]
        of_whom = [row.patient_id for row in here]
        elsewhere = columns_elsewhere(definition, event, named, of_whom, known)
        form = definition.form_by_name[name]
        drawn = draw_consequences(
            form, collected.rules(event, name), [filled_of(row) for row in here], elsewhere
        )
        changed = []
        for row, one in zip(here, drawn, strict=True):
            if dict(one.filled.values) != row.values:
                row.values = dict(one.filled.values)
                changed.append(row)
        FilledForm.objects.bulk_update(changed, ["values"], batch_size=500)
