"""The admin portal's pages of the analyte catalogue. It belongs to all studies of the installation."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from assays.models import Analyte, AnalyteAlias, Panel, PanelPolicy, normalize
from studies.portal import ScopedAdmin, ScopedInline, Who


class AliasForm(forms.ModelForm):
    class Meta:
        model = AnalyteAlias
        fields = ("alias",)

    def clean_alias(self) -> str:
        """A name, however it is spelled, leads to one analyte."""
        alias: str = self.cleaned_data["alias"]
        key = normalize(alias)
        if not key:
            raise forms.ValidationError(_("Use letters or digits."))
        others = AnalyteAlias.objects.exclude(pk=self.instance.pk).filter(normalized=key)
        if other := others.select_related("analyte").first():
            raise forms.ValidationError(
                _("“%(alias)s” is already a name of %(symbol)s."),
                params={"alias": other.alias, "symbol": other.analyte.symbol},
            )
        return alias


class AliasInline(ScopedInline):
    model = AnalyteAlias
    form = AliasForm
    study_path = None
    added_by = changed_by = deleted_by = Who.MANAGER


@admin.register(Analyte)
class AnalyteAdmin(ScopedAdmin):
    """A symbol, once used, stays: models name analytes by it."""

    study_path = None
    added_by = changed_by = Who.MANAGER
    inlines = (AliasInline,)
    list_display = ("symbol", "name", "uniprot", "names_in_files")
    search_fields = ("symbol", "name", "uniprot", "aliases__alias")
    fields = ("symbol", "name", "uniprot")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Analyte]:
        return super().get_queryset(request).prefetch_related("aliases")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("symbol",) if obj is not None else ()

    @display(description=_("names in files"))
    def names_in_files(self, analyte: Analyte) -> str:
        return ", ".join(alias.alias for alias in analyte.aliases.all())


@admin.register(Panel)
class PanelAdmin(ScopedAdmin):
    study_path = None
    added_by = changed_by = Who.MANAGER
    list_display = ("name", "scale", "number_of_analytes")
    search_fields = ("name",)
    filter_horizontal = ("analytes",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Panel]:
        return super().get_queryset(request).annotate(size=Count("analytes"))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("scale",) if obj is not None else ()

    @display(description=_("analytes"), ordering="size")
    def number_of_analytes(self, panel: Panel) -> int:
        return panel.size  # type: ignore[attr-defined]


@admin.register(PanelPolicy)
class PanelPolicyAdmin(ScopedAdmin):
    """The limits by which a study judges a panel's plates. They are changed under Plates, Rules, for all plates
    are then judged anew."""

    list_display = (
        "study",
        "panel",
        "min_bead_count",
        "max_intra_cv",
        "max_out_of_range",
        "repeats",
    )
    fields = (
        *("study", "panel", "min_bead_count", "recommended_bead_count", "max_intra_cv"),
        *("max_inter_cv", "recovery_low", "recovery_high", "max_out_of_range", "repeats"),
        *("max_hook", "kit_ranges"),
        "concentration",
    )
