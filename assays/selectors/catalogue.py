"""Reads of the analyte catalogue."""

from assays.models import Analyte, AnalyteAlias, normalize


def catalogue_names() -> dict[str, Analyte]:
    """Every normalized name -> its analyte. A symbol stands before an alias, an alias before a name."""
    analytes = {analyte.pk: analyte for analyte in Analyte.objects.order_by("pk")}
    names = {normalize(analyte.symbol): analyte for analyte in analytes.values()}
    for name, pk in AnalyteAlias.objects.order_by("pk").values_list("normalized", "analyte_id"):
        names.setdefault(name, analytes[pk])
    for analyte in analytes.values():
        names.setdefault(normalize(analyte.name), analyte)
    return names


def readable_names() -> list[str]:
    """Symbols, names and aliases as people write them, for “did you mean”."""
    pairs = Analyte.objects.order_by("pk").values_list("symbol", "name")
    aliases = AnalyteAlias.objects.order_by("pk").values_list("alias", flat=True)
    return [*(text for pair in pairs for text in pair), *aliases]


def catalogue_choices() -> list[tuple[str, str]]:
    """Symbol and name of every analyte, to choose from."""
    return list(Analyte.objects.order_by("symbol").values_list("symbol", "name"))
