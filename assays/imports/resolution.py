"""Names of analytes in a file -> the catalogue, and what the mapping adds to it."""

from django.core.exceptions import ValidationError

from assays.imports.mapping import AssayMapping, NamedAnalyte
from assays.models import Analyte, AnalyteAlias, normalize
from assays.selectors.catalogue import catalogue_names, readable_names
from imports.reading import near
from imports.texts import Unreadable
from sentences import Sentence, of_validation, several
from sentences import storable as _


class Resolution:
    """Resolves each name once; new analytes and aliases are unsaved until the import writes them."""

    def __init__(self, mapping: AssayMapping) -> None:
        self.mapping = mapping
        self.names = catalogue_names()
        self.by_symbol = {analyte.symbol: analyte for analyte in self.names.values()}
        self.new_analytes: list[Analyte] = []
        self.new_aliases: list[AnalyteAlias] = []
        self._found: dict[str, Analyte | Sentence | str] = {}

    def analyte(self, name: str) -> Analyte:
        """The analyte of a name; Unreadable with near matches where there is none."""
        if name not in self._found:
            try:
                self._found[name] = self._resolve(name)
            except Unreadable as error:
                self._found[name] = error.said
        found = self._found[name]
        if not isinstance(found, Analyte):
            raise Unreadable(found)
        return found

    def _resolve(self, name: str) -> Analyte:
        said = self.mapping.analytes.get(name)
        if said is None:
            analyte = self.names.get(normalize(name))
            if analyte is None:
                raise Unreadable(
                    _("the catalogue has no analyte of this name.")
                    + near(name, readable_names())
                    + " "
                    + _(
                        "Name it in the mapping's analytes section, or leave the column out (ignore)."
                    )
                )
            return analyte
        analyte = self.by_symbol.get(said.symbol) or self._make(said)
        if said.uniprot and analyte.uniprot and said.uniprot != analyte.uniprot:
            raise Unreadable(
                _("the catalogue has %(symbol)s as %(old)s, the mapping says %(new)s.")
                % {"symbol": said.symbol, "old": analyte.uniprot, "new": said.uniprot}
            )
        if self.mapping.create_analytes:
            self._add_alias(name, analyte)
        return analyte

    def _make(self, said: NamedAnalyte) -> Analyte:
        if not self.mapping.create_analytes:
            raise Unreadable(
                _("the catalogue has no analyte %(symbol)s.") % {"symbol": said.symbol}
                + near(said.symbol, self.by_symbol)
                + " "
                + _("To add it, write create_analytes: true in the mapping.")
            )
        analyte = Analyte(symbol=said.symbol, name=said.name, uniprot=said.uniprot)
        try:
            analyte.clean_fields()
        except ValidationError as error:
            raise Unreadable(several(of_validation(error))) from error
        self.new_analytes.append(analyte)
        self.by_symbol[said.symbol] = analyte
        self.names.setdefault(normalize(said.symbol), analyte)
        return analyte

    def _add_alias(self, name: str, analyte: Analyte) -> None:
        key = normalize(name)
        if key and key not in self.names:
            self.names[key] = analyte
            self.new_aliases.append(AnalyteAlias(analyte=analyte, alias=name, normalized=key))
