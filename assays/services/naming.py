"""A person says which analyte a name in a plate file means; the catalogue remembers it for every file."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import User
from assays.imports.plates.checks import longest
from assays.imports.plates.mapping import with_names
from assays.imports.plates.names import keys_of, plain_name, questions_of
from assays.models import Analyte, AnalyteAlias, normalize
from assays.selectors.catalogue import catalogue_names, readable_names
from audit.recording import record
from imports.models import ImportBatch
from imports.reading import near
from imports.services.batches import receive_again
from sentences import Sentence, of_validation, several
from sentences import storable as _
from studies.permissions import Capability
from studies.refusals import Refused, explain_refusals
from studies.selectors.access import require

BATCH = 2_000


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
    """Remember what names of a plate file mean, and receive the file anew; names that nothing is said of are
    asked again.

    Names become aliases of the catalogue, for every study and later file; what concerns this file alone
    goes into its mapping. Returns a new import of the same file, to be previewed; the one before is
    dropped. Raises Refused, with a sentence for each answer that cannot be taken.
    """
    require(by, batch.study, Capability.IMPORT_ASSAYS)
    asked = {question["name"] for question in questions_of(batch.preview)}
    if not choices:
        raise Refused(_("Say what one of the names is."))
    errors: dict[str, list[str]] = {}
    with (
        record(by=by, reason=Sentence("assays.analytes_named", file=batch.source.name)),
        explain_refusals(),
    ):
        catalogue = _Catalogue()
        for choice in choices:
            if choice.name not in asked:
                raise Refused(_("“%(name)s” is not asked for.") % {"name": choice.name})
            try:
                catalogue.take(choice)
            except Refused as error:
                errors[choice.name] = [str(error)]
        if errors:
            raise Refused(errors)
        catalogue.save()
        mapping_text = with_names(batch.mapping_text, catalogue.for_file, catalogue.left_out)
        return receive_again(batch=batch, mapping_text=mapping_text, by=by)


def accept_names(*, batch: ImportBatch, by: User | None) -> ImportBatch:
    """Add all analytes that the file names without doubt, by symbol and UniProt accession, in one act; as
    `name_analytes`."""
    clear = [question for question in questions_of(batch.preview) if question["is_clear"]]
    if not clear:
        raise Refused(_("No name of this file is without doubt: say what each of them is."))
    choices = [
        NameChoice(one["name"], Answer.ADD, symbol=one["symbol"], uniprot=one["uniprot"])
        for one in clear
    ]
    return name_analytes(batch=batch, choices=choices, by=by)


class _Catalogue:
    """The catalogue, read once, with what is added to it; `save` writes that in a few statements."""

    def __init__(self) -> None:
        self.names = catalogue_names()
        self.by_uniprot = {a.uniprot: a for a in self.names.values() if a.uniprot}
        self.new: list[Analyte] = []
        self.aliases: list[AnalyteAlias] = []
        self.for_file: dict[str, str] = {}
        self.left_out: list[str] = []

    def take(self, choice: NameChoice) -> None:
        """Take one answer; Refused where it cannot be."""
        if choice.answer == Answer.LEAVE_OUT:
            self.left_out.append(choice.name)
            return
        analyte = self._add(choice) if choice.answer == Answer.ADD else self._choose(choice)
        self._remember(choice.name, analyte)

    def save(self) -> None:
        """Write what is new. Foreign keys are checked at once: those that wait for the end of a transaction
        would make each history trigger slower than the one before."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        Analyte.objects.bulk_create(self.new, batch_size=BATCH)
        AnalyteAlias.objects.bulk_create(self.aliases, batch_size=BATCH)

    def _choose(self, choice: NameChoice) -> Analyte:
        if choice.answer != Answer.IS or not choice.analyte.strip():
            raise Refused(_("Choose an analyte, add one, or leave the name out."))
        text = choice.analyte.split(" – ")[0]
        found = next((self.names[key] for key in keys_of(text) if key in self.names), None)
        if found is None:
            raise Refused(
                _("The catalogue has no analyte “%(name)s”.") % {"name": choice.analyte}
                + near(text, readable_names())
            )
        return found

    def _add(self, choice: NameChoice) -> Analyte:
        symbol, uniprot = choice.symbol.strip(), choice.uniprot.strip().upper()
        if not symbol:
            raise Refused(_("Give the new analyte a symbol, such as IL6."))
        known = self.names.get(normalize(symbol))
        if known is not None:
            raise Refused(
                _("“%(name)s” is already a name of %(symbol)s; choose that analyte.")
                % {"name": symbol, "symbol": known.symbol}
            )
        other = self.by_uniprot.get(uniprot) if uniprot else None
        if other is not None:
            raise Refused(
                _("%(uniprot)s is already in the catalogue as %(symbol)s; choose that analyte.")
                % {"uniprot": uniprot, "symbol": other.symbol}
            )
        analyte = Analyte(symbol=symbol, name=choice.full_name.strip() or symbol, uniprot=uniprot)
        try:
            analyte.clean_fields()
        except ValidationError as error:
            raise Refused(several(of_validation(error))) from error
        self.new.append(analyte)
        self.names[normalize(symbol)] = analyte
        self.names.setdefault(normalize(analyte.name), analyte)
        if uniprot:
            self.by_uniprot[uniprot] = analyte
        return analyte

    def _remember(self, name: str, analyte: Analyte) -> None:
        """Make the name an alias where the catalogue does not know it; where it means another analyte
        elsewhere it stays what it is, and the file's mapping alone tells otherwise."""
        keys, plain = keys_of(name), plain_name(name)
        key = normalize(plain)
        fits = bool(key) and len(plain) <= longest(AnalyteAlias, "alias")
        if fits and not any(one in self.names for one in keys):
            self.aliases.append(AnalyteAlias(analyte=analyte, alias=plain, normalized=key))
            self.names[key] = analyte
        found = next((self.names[one] for one in keys if one in self.names), None)
        if found is not analyte or analyte not in self.new:
            self.for_file[name] = analyte.symbol
