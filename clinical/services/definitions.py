"""Writes of what a study collects: publishing a definition."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import User
from audit.recording import record
from clinical.dictionary import definition as defined
from clinical.dictionary.reading import shipped
from clinical.models import (
    Arm,
    Code,
    CodeList,
    Definition,
    EditCheck,
    EventForm,
    Form,
    Item,
    ItemGroup,
    MissingCode,
    StudyEvent,
)
from clinical.selectors.definitions import (
    SHIPPED_BY_DEFAULT,
    Collected,
    collected_by,
    collected_in,
    collects_already,
)
from clinical.services.roles import refuse_untold_outcome
from clinical.signals import definition_published
from sentences import storable as _
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import require


def publish_definition(
    *,
    study: Study,
    definition: defined.Definition,
    by: User | None,
    source: str = "",
    note: str = "",
    reason: str = "",
) -> Collected:
    """Publish a version of what a study collects. Parts keep the identity of those that had the same name before, or the name
    that they say they had (`was`), unless the definition itself says which they are (`oid`)."""
    require(by, study, Capability.MANAGE)
    with record(by=by, reason=reason or _("what the study collects was published")):
        _hold(study)
        return _publish(study, definition, by=by, source=source, note=note)


def publish_if_changed(
    *, study: Study, definition: defined.Definition, by: User | None, source: str
) -> Collected | None:
    """Publish what another system collects, unless the newest version says the same already: then None."""
    require(by, study, Capability.MANAGE)
    with transaction.atomic():
        _hold(study)
        if collects_already(study, definition):
            return None
        return publish_definition(study=study, definition=definition, by=by, source=source)


def publish_shipped(*, study: Study, name: str, by: User | None) -> Collected:
    """Publish one of the definitions that Yogo ships."""
    return publish_definition(study=study, definition=shipped(name), by=by, source=name)


def ensure_published(study: Study) -> Collected:
    """What the study collects, as rows: a study that has published nothing gets what is shipped, once."""
    found = collected_by(study)
    if found.pk is not None:
        return found
    with transaction.atomic():
        # Two who fill their first form at the same moment publish one definition.
        _hold(study)
        found = collected_by(study)
        if found.pk is None:
            found = _publish(study, found.definition, by=None, source=SHIPPED_BY_DEFAULT, note="")
    return found


def _hold(study: Study) -> None:
    """Until the transaction ends nobody else publishes, and nothing is written that belongs to a visit by its name: the
    database holds the study, too, when it looks such a name up."""
    Study.objects.select_for_update(of=("self",)).get(pk=study.pk)


def _publish(
    study: Study, definition: defined.Definition, *, by: User | None, source: str, note: str
) -> Collected:
    before = collected_by(study)
    row = Definition.objects.create(
        study=study,
        version=before.version + 1,
        name=definition.name,
        source=source,
        note=note,
    )
    _Writer(row, _Identities(before, definition)).write(definition)
    refuse_untold_outcome(row)
    row.published_at, row.published_by = datetime.now(UTC), by
    row.save(update_fields=["published_at", "published_by"])
    after = collected_in(row.pk)
    definition_published.send(sender=None, study=study, before=before, after=after)
    return after


class _Identities:
    """The identity of each part: that of the part that had its name in the version before, or the name that it says it had."""

    def __init__(self, before: Collected, after: defined.Definition) -> None:
        self.known: dict[tuple[str, str], UUID | None] = {
            (kind, part.name): part.oid for kind, part in _parts_of(before.definition)
        }
        self.taken = {(kind, part.was) for kind, part in _parts_of(after) if part.was}
        if lost := sorted(name for kind, name in self.taken - self.known.keys()):
            raise Refused(
                _(
                    "The version before has no %(names)s: write under was what a part was called there."
                )
                % {"names": ", ".join(lost)}
            )

    def of(self, kind: str, part: Any) -> UUID:
        place = (kind, part.was or part.name)
        if not part.was and place in self.taken:  # another part says that it had this name
            return part.oid or uuid4()
        return part.oid or self.known.get(place) or uuid4()


def _parts_of(definition: defined.Definition) -> Iterator[tuple[str, Any]]:
    """Kind and part of all that has an identity."""
    for kind, parts in (
        ("arm", definition.arms),
        ("event", definition.events),
        ("form", definition.forms),
        ("code_list", definition.code_lists),
    ):
        yield from ((kind, part) for part in parts)
    for form in definition.forms:
        for kind, inner in (("group", form.groups), ("item", form.items), ("check", form.checks)):
            yield from ((kind, part) for part in inner)


class _Writer:
    """Writes the parts of one definition, in the order in which they name each other."""

    def __init__(self, row: Definition, identities: _Identities) -> None:
        self.row, self.identities = row, identities

    def write(self, definition: defined.Definition) -> None:
        MissingCode.objects.bulk_create(
            MissingCode(definition=self.row, code=one.code, label=one.label, order=place)
            for place, one in enumerate(definition.missing_codes)
        )
        arms = self._parts(Arm, "arm", definition.arms)
        lists = self._parts(
            CodeList, "code_list", definition.code_lists, lambda one: {"ordered": one.ordered}
        )
        Code.objects.bulk_create(
            Code(
                definition=self.row,
                code_list=lists[one.name],
                code=code.code,
                label=code.label,
                rank=code.rank,
                codings=_stored(code.codings),
                order=place,
            )
            for one in definition.code_lists
            for place, code in enumerate(one.codes)
        )
        forms = self._parts(Form, "form", definition.forms, lambda one: {"note": one.note})
        for form in definition.forms:
            self._items(form, forms[form.name], lists)
        events = self._parts(
            StudyEvent,
            "event",
            definition.events,
            lambda one: {
                "arm": arms.get(one.arm),
                "anchor": one.anchor,
                "day": one.day,
                "before": one.before,
                "after": one.after,
                "repeats": one.repeats,
            },
        )
        EventForm.objects.bulk_create(
            EventForm(
                definition=self.row,
                event=events[event.name],
                form=forms[one.form],
                repeats=one.repeats,
                order=place,
            )
            for event in definition.events
            for place, one in enumerate(event.forms)
        )

    def _items(self, form: defined.Form, row: Form, lists: dict[str, CodeList]) -> None:
        groups = self._parts(ItemGroup, "group", form.groups, lambda _one: {"form": row})
        self._parts(
            Item,
            "item",
            form.items,
            lambda one: {
                "form": row,
                "group": groups.get(one.group),
                "code_list": lists.get(one.codes),
                "role": one.role or "",
                "hard_low": one.range.low,
                "soft_low": one.range.usual_low,
                "soft_high": one.range.usual_high,
                "hard_high": one.range.high,
                "codings": _stored(one.codings),
                **{name: getattr(one, name) for name in ITEM_AS_IT_IS},
            },
        )
        self._parts(
            EditCheck,
            "check",
            form.checks,
            lambda one: {
                "form": row,
                "fires_when": one.fires_when,
                "severity": one.severity,
                "message": one.message,
            },
        )

    def _parts(
        self, model: Any, kind: str, parts: Any, more: Any = lambda _one: {}
    ) -> dict[str, Any]:
        made = model.objects.bulk_create(
            model(
                definition=self.row,
                oid=self.identities.of(kind, one),
                name=one.name,
                label=getattr(one, "label", {}),
                order=place,
                **more(one),
            )
            for place, one in enumerate(parts)
        )
        return {one.name: one for one in made}


ITEM_AS_IT_IS = (
    "type", "note", "derived", "unit", "units", "longest", "precision", "not_in_future", "visit_date", "required", "critical",
    "identifier", "model_may_read", "shown_when", "source_text",
)  # fmt: skip


def _stored(codings: tuple[defined.Coding, ...]) -> dict[str, str]:
    return {one.system: one.code for one in codings}
