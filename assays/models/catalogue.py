"""One catalogue of analytes for all studies, with the many names that instruments give them."""

import re
import unicodedata

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from audit.tracking import track

GREEK = str.maketrans({"α": "a", "β": "b", "γ": "g", "δ": "d", "κ": "k", "λ": "l", "ω": "w"})
UNIPROT_FORM = r"([OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9]([A-Z][A-Z0-9]{2}[0-9]){1,2})"
UNIPROT = RegexValidator(
    rf"^{UNIPROT_FORM}$",
    _("This is not a UniProt accession; one looks like P05231."),
)


def normalize(name: str) -> str:
    """The form under which names of analytes are compared: `IL-1β`, `IL-1b` and `il1B` are one."""
    plain = unicodedata.normalize("NFKC", name).lower().translate(GREEK)
    return re.sub(r"[^a-z0-9]", "", plain)


@track()
class Analyte(models.Model):
    """A protein that panels measure."""

    symbol = models.CharField(
        _("gene symbol"), max_length=60, unique=True, help_text=_("As HGNC writes it, e.g. SPP1.")
    )
    name = models.CharField(
        _("name"), max_length=120, help_text=_("As people say it, e.g. osteopontin.")
    )
    uniprot = models.CharField(
        _("UniProt accession"), max_length=10, blank=True, validators=[UNIPROT]
    )

    class Meta:
        verbose_name = _("analyte")
        verbose_name_plural = _("analytes")
        ordering = ["symbol"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(symbol=""), name="assays_analyte_has_a_symbol"
            )
        ]

    def __str__(self) -> str:
        return self.symbol


@track()
class AnalyteAlias(models.Model):
    """Another name of an analyte, stored normalized, so that it resolves to one analyte only."""

    analyte = models.ForeignKey(Analyte, on_delete=models.CASCADE, related_name="aliases")
    alias = models.CharField(_("name in files"), max_length=120)
    normalized = models.CharField(max_length=120, unique=True, editable=False)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering = ["alias"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(normalized=""), name="assays_alias_not_empty"
            )
        ]

    def __str__(self) -> str:
        return self.alias

    def save(self, *args: object, **kwargs: object) -> None:
        self.normalized = normalize(self.alias)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Scale(models.TextChoices):
    CONCENTRATION = "concentration", _("concentration")
    NPX = "npx", _("Olink NPX (log2)")


@track()
class Panel(models.Model):
    """A set of analytes measured together."""

    Scale = Scale

    name = models.CharField(_("name"), max_length=120, unique=True)
    scale = models.CharField(
        _("scale"), max_length=13, choices=Scale.choices, default=Scale.CONCENTRATION
    )
    analytes = models.ManyToManyField(Analyte, related_name="panels", blank=True)

    class Meta:
        verbose_name = _("panel")
        verbose_name_plural = _("panels")
        ordering = ["name"]
        constraints = [constrain("scale", Scale, "assays_panel_scale_known")]

    def __str__(self) -> str:
        return self.name
