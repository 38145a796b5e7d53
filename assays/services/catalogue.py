"""Writes to the analyte catalogue."""

from typing import Any

import yaml
from django.utils.translation import gettext as _

from accounts.models import User
from assays.models import Analyte, AnalyteAlias, normalized
from audit.recording import recorded
from studies.refusals import Refused, explained


def load_analytes(*, text: str, by: User | None) -> dict[str, int]:
    """Add the analytes and aliases of a catalogue in YAML (a list of symbol, name, uniprot, aliases).

    Repeatable: what is there stays as it is. Returns how many were new and how many were there.
    """
    entries = yaml.safe_load(text)
    if not isinstance(entries, list):
        raise Refused(_("A catalogue is a list of analytes: symbol, name, uniprot, aliases."))
    counts = {"new analytes": 0, "new names": 0, "analytes already there": 0}
    with recorded(by=by, reason="catalogue of analytes loaded"), explained():
        for entry in entries:
            analyte = Analyte.objects.filter(symbol=entry["symbol"]).first()
            counts["analytes already there"] += analyte is not None
            if analyte is None:
                analyte = _added(entry)
                counts["new analytes"] += 1
            counts["new names"] += _add_aliases(analyte, entry)
    return counts


def _added(entry: dict[str, Any]) -> Analyte:
    analyte = Analyte(
        symbol=entry["symbol"], name=entry["name"], uniprot=entry.get("uniprot") or ""
    )
    analyte.full_clean()
    analyte.save()
    return analyte


def _add_aliases(analyte: Analyte, entry: dict[str, Any]) -> int:
    added = 0
    for alias in [analyte.name, *entry.get("aliases", [])]:
        stored = AnalyteAlias.objects.filter(normalized=normalized(alias)).first()
        if stored is None and normalized(alias) != normalized(analyte.symbol):
            AnalyteAlias.objects.create(analyte=analyte, alias=alias)
            added += 1
        elif stored is not None and stored.analyte_id != analyte.pk:
            raise Refused(
                _("The name “%(alias)s” of %(symbol)s is already a name of %(other)s.")
                % {"alias": alias, "symbol": analyte.symbol, "other": stored.analyte.symbol}
            )
    return added
