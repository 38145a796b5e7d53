"""The covariates that models read of a study: items of its dictionary, each with its description."""

from collections.abc import Mapping

import pandas as pd
from django.db.models import QuerySet

from ciri import Specification
from ciri.covariates import shipped
from ciri.covariates.covariate import CODE, NUMBER, TRUTH, Covariate, is_name
from ciri.dataset.frozen import IDENTITY
from clinical.dictionary.definition import Definition, Item, Type
from clinical.models import Patient
from clinical.selectors.definitions import Collected
from clinical.selectors.record import item_values
from sentences import Sentence
from sentences import storable as _
from tabular.section import near_names

KINDS: Mapping[Type, str] = {
    Type.INTEGER: NUMBER,
    Type.DECIMAL: NUMBER,
    Type.YES_NO: TRUTH,
    Type.CODE: CODE,
}
# Forests draw features by their place. What tables always held keeps its place, so that its numbers stay the same.
_PLACES = {one.name: place for place, one in enumerate(shipped.COVARIATES)}


def readable_items(definition: Definition) -> list[Item]:
    """Items that a model may read, and can: numbers, truths and codes that are asked once at some event."""
    return [
        item
        for form in definition.forms
        for item in form.items
        if item.model_may_read and _can_be_read(item, definition) and definition.events_once(form.name)
    ]  # fmt: skip


def _can_be_read(item: Item, definition: Definition) -> bool:
    if item.identifier or not is_name(item.name) or item.name.casefold() in IDENTITY:
        return False
    return item.type in KINDS and (item.type is not Type.CODE or bool(definition.codes_of(item)))


def describe_covariates(collected: Collected) -> tuple[Covariate, ...]:
    """What a model may read of a study, as a frozen table describes it."""
    found = [_describe(item, collected) for item in readable_items(collected.definition)]
    return tuple(sorted(found, key=lambda one: _PLACES.get(one.name, len(_PLACES))))


def _describe(item: Item, collected: Collected) -> Covariate:
    codes = collected.definition.codes_of(item)
    ranked = all(one.rank is not None for one in codes)
    bounds = item.range
    return Covariate(
        name=item.name,
        kind=KINDS[item.type],
        unit=item.unit,
        levels=tuple((one.code, one.rank if ranked else None) for one in codes),
        low=bounds.low,
        high=bounds.high,
        usual_low=bounds.usual_low,
        usual_high=bounds.usual_high,
        item=str(item.oid) if item.oid else None,
        version=collected.version or None,
    )


def covariate_values(
    patients: QuerySet[Patient], collected: Collected, names: list[str], event: str
) -> pd.DataFrame:
    """Values of items at an event, a column for each and a row for each patient with any (`pk`); one query."""
    known = item_values(patients, collected.definition, names, event)
    columns = {name: [values.get(name) for values in known.values()] for name in names}
    return pd.DataFrame({"pk": list(known), **columns}, dtype=object).astype({"pk": "int64"})


def unread_covariates(specification: Specification, collected: Collected) -> list[Sentence]:
    """Why covariates of a specification cannot be read in a study, a sentence for each that cannot."""
    definition = collected.definition
    readable = [item.name for item in readable_items(definition)]
    return [
        _explain(name, definition, readable)
        for name in specification.covariates
        if name not in readable
    ]


def _explain(name: str, definition: Definition, readable: list[str]) -> Sentence:
    form = definition.form_of_item.get(name)
    if form is None:
        near = near_names(name, readable)
        if near:
            return _("The study does not collect %(name)s. Did you mean %(near)s?") % {
                "name": name,
                "near": ", ".join(near),
            }
        return _("The study does not collect %(name)s. A model may read %(readable)s.") % {
            "name": name,
            "readable": ", ".join(readable) or "–",
        }
    item = form.by_name[name]
    if item.model_may_read and not definition.events_once(form.name):
        return _(
            "%(name)s is asked again and again, on the form %(form)s: a model may read an item that is derived from it."
        ) % {"name": name, "form": form.name}
    if item.model_may_read:
        return _("%(name)s cannot be read by a model: neither its type nor its name allows it.") % {
            "name": name
        }
    return _("%(name)s is collected, but the study's dictionary does not let a model read it.") % {
        "name": name
    }
