"""Writes of filled forms."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from accounts.models import User
from audit.recording import record
from clinical.dictionary.definition import Definition, Severity
from clinical.dictionary.filling import (
    Consequences,
    Filled,
    answer_items,
    confirmed_checks,
    missing_items,
    open_checks,
)
from clinical.models import FilledForm, Patient
from clinical.models.filled import IMPORTED, FormStatus
from clinical.selectors.definitions import Collected, Place, collected_in
from clinical.selectors.record import (
    IN_ORDER,
    draw,
    filled_of,
    forms_of,
    forms_standing_at,
    list_held,
    renamed_since,
)
from clinical.selectors.sheets import Key
from clinical.sentences import say
from clinical.services.definitions import ensure_published
from clinical.services.holding import hold_patient
from clinical.services.outcome import write_outcome
from clinical.services.reasons import say_too_long
from clinical.signals import clinical_change
from sentences import as_sentence
from sentences import storable as _
from studies.refusals import Refused, Stale, explain_refusals
from studies.selectors.state import state_token

MOST_PASSES = 20  # of deriving anew
CHANGED_SINCE = _(
    "Somebody else has changed these values since you opened the page. They are shown as they are now: "
    "check them and enter your change again."
)


class Unconfirmed(Refused):
    """Soft checks that fire, and nobody has said in so many words why it is right all the same. `errors` are by check, not by item:
    both may have one name."""


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
    confirmed: Mapping[str, str] = {},
) -> FilledForm:
    """Enter or correct what a form asks; items that are not named stay as they are.

    `seen` is the state_token of what the person was shown; a form that was changed since is then refused. `texts` are as a
    person writes them: see `clinical.dictionary.values`. `confirmed` says of soft checks that fire why it is right all the same;
    what was said stays while the check fires, and a form is complete once it is said of each (else Unconfirmed).
    """
    with record(by=by, reason=reason), explain_refusals():
        # The study before the patient, as an import holds them.
        collected = ensure_published(patient.study)
        patient = hold_patient(patient, by=by)
        key = (event, form, event_instance, form_instance)
        place, stored = hold_form(collected, patient, key, seen)
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
            newest = collected.definition
            collected = collected_in(stored.event_form.definition_id)
            event, form = stored.event_form.event.name, stored.event_form.form.name
            texts = _as_named_then(texts, newest, collected, form)
        row.status = status
        drawn = _consequences(collected, patient, event, form, filled_of(stored), texts)
        _refuse_reasons(confirmed)
        row.confirmed = confirmed_checks(drawn, row.confirmed, confirmed)
        _refuse(collected, form, drawn, row)
        write_answers(row, drawn.filled)
        row.save()
        rederive([patient.pk], but_not=row.pk)
        write_outcome(patient.study, [patient.pk])
        clinical_change.send(sender=FilledForm, study=patient.study)
    return row


def hold_form(
    collected: Collected, patient: Patient, key: Key, seen: str | None
) -> tuple[Place, FilledForm | None]:
    """The place of a form, and the one that stands there, locked; refused where it was changed since it was shown as `seen`."""
    event, form, event_instance, form_instance = key
    place = collected.places.get((event, form))
    if place is None:
        raise Refused(_("The study does not collect this form at this visit."))
    spot = (patient.pk, place.event, place.form, event_instance, form_instance)
    locked = forms_standing_at(spot).select_for_update(of=("self",))
    stored = locked.select_related("event_form__event", "event_form__form").first()
    if seen is not None and seen != state_token(stored):
        raise Stale(CHANGED_SINCE)
    return place, stored


def _as_named_then(
    texts: Mapping[str, str], newest: Definition, then: Collected, form: str
) -> dict[str, str]:
    """Texts by the names that items had in an earlier version; names of that version stay."""
    names = then.definition.form_by_name[form].by_name
    renamed = {now: before for before, now in renamed_since(then.pk or 0, newest).items() if now}
    return {
        name if name in names else renamed.get(name, name): text for name, text in texts.items()
    }


def write_answers(row: FilledForm, filled: Filled) -> None:
    """Put the answers into a row that is yet to be saved."""
    for name, part in filled.parts().items():
        setattr(row, name, part)


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
    others = forms_of([patient]).order_by(*IN_ORDER)
    return draw(collected, event, name, [(patient.pk, filled)], lambda: list_held(others))[0]


def _refuse(collected: Collected, name: str, drawn: Consequences, row: FilledForm) -> None:
    form = collected.definition.form_by_name[name]
    messages = {check.name: check.message for check in form.checks}
    if fired := drawn.fired.get(Severity.HARD):
        raise Refused({"__all__": [say(messages[one], one) for one in fired]})
    if row.status != FormStatus.COMPLETE:
        return
    if left_out := missing_items(form, drawn):
        why = _("This is required: enter it, or say why it is missing.")
        raise Refused({item.name: [why] for item in left_out})
    if asked := open_checks(drawn, row.confirmed):
        wanted = " " + _("Say why it is right all the same, or correct it.")
        raise Unconfirmed({one: [as_sentence(say(messages[one], one)) + wanted] for one in asked})


def _refuse_reasons(given: Mapping[str, str]) -> None:
    wrong = {}
    for check, reason in given.items():
        if told := say_too_long(reason):
            wrong[check] = [told]
        elif reason.strip().startswith(IMPORTED):  # the card would say that an import did
            wrong[check] = [_("Say it in words: an import is no reason that a person gives.")]
    if wrong:
        raise Unconfirmed(wrong)


def rederive(patients: Collection[int], *, but_not: int | None = None) -> None:
    """Derive anew what stands on one form and is derived from another, of these patients: each by the version under which it
    was filled. What was said of a check goes where the check does not fire any more. As often as something changes, for what is
    derived may be derived from again; not for ever, for two forms could each name the other."""
    for _pass in range(MOST_PASSES):
        if not _rederive_once(patients, but_not):
            return
        but_not = None


def _rederive_once(patients: Collection[int], but_not: int | None) -> bool:
    """Whether anything changed."""
    rows = list(
        FilledForm.objects.filter(patient__in=patients, voided_at__isnull=True)
        .select_related("event_form__event", "event_form__form")
        .order_by(*IN_ORDER)
    )
    alike: dict[tuple[int, str, str], list[FilledForm]] = defaultdict(list)
    for row in rows:
        place = row.event_form
        where = (place.event.name, place.form.name)
        if row.pk != but_not and where in collected_in(place.definition_id).crossing:
            alike[place.definition_id, *where].append(row)
    is_changed = False
    for (version, event, form), here in alike.items():
        held = [(row.patient_id, filled_of(row)) for row in here]
        drawn = draw(collected_in(version), event, form, held, lambda: list_held(rows))
        changed = []
        for row, one in zip(here, drawn, strict=True):
            values, confirmed = dict(one.filled.values), confirmed_checks(one, row.confirmed, {})
            if (values, confirmed) != (row.values, row.confirmed):
                row.values, row.confirmed = values, confirmed
                changed.append(row)
        FilledForm.objects.bulk_update(changed, ["values", "confirmed"], batch_size=500)
        is_changed = is_changed or bool(changed)
    return is_changed
