"""Writes to the analyte catalogue."""

from typing import Any

from accounts.models import User
from assays.models import Analyte, AnalyteAlias, normalize
from audit.recording import record
from imports.sentences import say
from sentences import Sentence, as_sentence
from sentences import storable as _
from studies.refusals import Refused, explain_refusals
from tabular.checked_yaml import YamlError, read_yaml
from tabular.section import Section

MAX_CATALOGUE_BYTES = 2_000_000


def load_analytes(*, text: str, by: User | None) -> dict[str, int]:
    """Add the analytes and aliases of a catalogue in YAML (a list of symbol, name, uniprot, aliases).

    Repeatable: what is there stays as it is. Returns how many were new and how many were there.
    """
    entries = _entries(text)
    counts = {"new analytes": 0, "new names": 0, "analytes already there": 0}
    with record(by=by, reason=Sentence("assays.catalogue_loaded")), explain_refusals():
        for entry in entries:
            analyte = Analyte.objects.filter(symbol=entry["symbol"]).first()
            counts["analytes already there"] += analyte is not None
            if analyte is None:
                analyte = _add(entry)
                counts["new analytes"] += 1
            counts["new names"] += _add_aliases(analyte, entry)
    return counts


def _entries(text: str) -> list[dict[str, Any]]:
    """The analytes of a catalogue, each with symbol, name, uniprot and aliases; Refused with all that is
    wrong."""
    try:
        content = read_yaml(text, max_bytes=MAX_CATALOGUE_BYTES)
    except YamlError as error:
        raise Refused(as_sentence(error.message)) from error
    if not isinstance(content, list):
        raise Refused(_("A catalogue is a list of analytes: symbol, name, uniprot, aliases."))
    root = Section({"analytes": content})
    found = []
    for part in root.sections("analytes"):
        part.only(("symbol", "name", "uniprot", "aliases"))
        entry: dict[str, Any] = {key: part.text(key) or "" for key in ("symbol", "name", "uniprot")}
        if not entry["symbol"] or not entry["name"]:
            part.refuse("symbol", "symbol_and_name")
        found.append(entry | {"aliases": part.texts("aliases")})
    if root.problems:
        raise Refused({"__all__": [say(problem) for problem in root.problems[:20]]})
    return found


def _add(entry: dict[str, Any]) -> Analyte:
    analyte = Analyte(symbol=entry["symbol"], name=entry["name"], uniprot=entry["uniprot"])
    analyte.full_clean()
    analyte.save()
    return analyte


def _add_aliases(analyte: Analyte, entry: dict[str, Any]) -> int:
    added = 0
    for alias in [analyte.name, *entry["aliases"]]:
        stored = AnalyteAlias.objects.filter(normalized=normalize(alias)).first()
        if stored is None and normalize(alias) != normalize(analyte.symbol):
            AnalyteAlias.objects.create(analyte=analyte, alias=alias)
            added += 1
        elif stored is not None and stored.analyte_id != analyte.pk:
            raise Refused(
                _("The name “%(alias)s” of %(symbol)s is already a name of %(other)s.")
                % {"alias": alias, "symbol": analyte.symbol, "other": stored.analyte.symbol}
            )
    return added
