"""A person says which analyte a name in a plate file means; the catalogue remembers it for every file."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from assays.imports.plate_checks import longest
from assays.imports.plate_mapping import with_names
from assays.imports.plate_names import keys_of, plain_name, questions_of
from assays.models import Analyte, AnalyteAlias, normalized
from assays.selectors.catalogue import catalogue_names, readable_names
from audit.recording import recorded
from studies.imports.sections import near
from studies.models import ImportBatch
from studies.permissions import Capability
from studies.refusals import Refused, explained
from studies.selectors.access import require
from studies.services.imports import receive_again


class Answer(StrEnum):
    """What a person may say of a name."""

    IS = "is"
    ADD = "add"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True)
class NameChoice:
    """The answer for one name: an analyte of the catalogue, a new one, or to leave it in the file."""

    name: str
    answer: str
    analyte: str = ""
    symbol: str = ""
    full_name: str = ""
    uniprot: str = ""


def name_analytes(
    *, batch: ImportBatch, choices: Sequence[NameChoice], by: User | None
) -> ImportBatch:
    """Remember what the names of a plate file mean, and receive the file anew.

    Names become aliases of the catalogue, for every study and later file; what concerns this file alone
    goes into its mapping. Returns a new import of the same file, to be previewed; the one before is
    dropped. Raises Refused, with a sentence for each answer that cannot be taken.
    """
    require(by, batch.study, Capability.IMPORT_ASSAYS)
    asked = {question["name"]: question for question in questions_of(batch.preview)}
    errors: dict[str, list[str]] = {}
    decided: dict[str, str] = {}
    left_out: list[str] = []
    with recorded(by=by, reason=f"analytes of {batch.source.name} named"), explained():
        for choice in choices:
            if choice.name not in asked:
                raise Refused(_("“%(name)s” is not asked for.") % {"name": choice.name})
            try:
                if choice.answer == Answer.LEAVE_OUT:
                    left_out.append(choice.name)
                    continue
                analyte = _added(choice) if choice.answer == Answer.ADD else _chosen(choice)
                _remember(choice.name, analyte)
                decided[choice.name] = analyte.symbol
            except Refused as error:
                errors[choice.name] = [str(error)]
        if missing := asked.keys() - {choice.name for choice in choices}:
            errors |= {name: [_("Say what this is.")] for name in missing}
        if errors:
            raise Refused(errors)
        mapping_text = with_names(batch.mapping_text, decided, left_out)
        return receive_again(batch=batch, mapping_text=mapping_text, by=by)


def _chosen(choice: NameChoice) -> Analyte:
    if choice.answer != Answer.IS or not choice.analyte.strip():
        raise Refused(_("Choose an analyte, add one, or leave the name out."))
    names = catalogue_names()
    text = choice.analyte.split(" – ")[0]
    found = next((names[key] for key in keys_of(text) if key in names), None)
    if found is None:
        raise Refused(
            _("The catalogue has no analyte “%(name)s”.") % {"name": choice.analyte}
            + near(text, readable_names())
        )
    return found


def _added(choice: NameChoice) -> Analyte:
    symbol, uniprot = choice.symbol.strip(), choice.uniprot.strip().upper()
    known = catalogue_names().get(normalized(symbol))
    if known is not None:
        raise Refused(
            _("“%(name)s” is already a name of %(symbol)s; choose that analyte.")
            % {"name": symbol, "symbol": known.symbol}
        )
    other = Analyte.objects.filter(uniprot=uniprot).first() if uniprot else None
    if other is not None:
        raise Refused(
            _("%(uniprot)s is already in the catalogue as %(symbol)s; choose that analyte.")
            % {"uniprot": uniprot, "symbol": other.symbol}
        )
    analyte = Analyte(symbol=symbol, name=choice.full_name.strip() or symbol, uniprot=uniprot)
    try:
        analyte.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    analyte.save()
    return analyte


def _remember(name: str, analyte: Analyte) -> None:
    """Make the name an alias where the catalogue does not know it; a name that means another analyte
    elsewhere stays what it is, and the file's mapping alone tells otherwise."""
    names, plain = catalogue_names(), plain_name(name)
    fits = bool(normalized(plain)) and len(plain) <= longest(AnalyteAlias, "alias")
    if fits and not any(key in names for key in keys_of(name)):
        AnalyteAlias.objects.create(analyte=analyte, alias=plain)
