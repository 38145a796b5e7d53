"""What came in, in the admin portal."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from imports.models import ImportBatch
from jobs.admin import jobs_belong
from studies.portal import ScopedAdmin, managed_studies, manages_something


@admin.register(ImportBatch)
class ImportBatchAdmin(ScopedAdmin):
    """What came in; imports are made, committed and dropped on the study's own page."""

    list_display = ("source", "study", "kind", "state_shown", "created_by", "created_at")
    list_filter = (
        ("study", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
    )
    list_select_related = ("study", "created_by")
    fields = (
        *("source", "study", "kind", "state", "message_shown", "mapping_text"),
        *("created_by", "created_at", "committed_at"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportBatch]:
        rows = super().get_queryset(request)
        return rows.select_related("source").defer("source__content", "preview")

    @display(description=gettext_lazy("message"))
    def message_shown(self, batch: ImportBatch) -> str:
        return str(batch.message)

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={
            "received": "info",
            "previewed": "info",
            "committed": "success",
            "refused": "danger",
            "dropped": "warning",
        },
    )
    def state_shown(self, batch: ImportBatch) -> tuple[str, str]:
        return batch.state, batch.get_state_display()


@jobs_belong
def jobs_of_managed_imports(request: HttpRequest) -> Q | None:
    """Previews and commits of large files in the studies that a person manages."""
    if not manages_something(request):
        return None
    batches = ImportBatch.objects.filter(study__in=managed_studies(request))
    return Q(
        kind__startswith="imports.", payload__batch__in=list(batches.values_list("pk", flat=True))
    )
