"""What a model is meant to be: a name, and its specification, version by version."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.tracking import track
from modeling.models.kept import ANY, keep
from studies.models import CODE, Study


@track(study="study", name="name")
class PrognosticModel(models.Model):
    """A named model of a study, such as preCIRI14, and when it is retrained."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="models")
    name = models.CharField(_("name"), max_length=60, validators=[CODE])
    retrains = models.BooleanField(
        _("retrains on schedule"),
        default=True,
        help_text=_("Whether new deaths or patients past the thresholds start a retraining."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="modeling_model_once_per_study")
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.name in ("new", "compare"):
            raise ValidationError(
                {"name": _("“new” and “compare” are addresses of pages; choose another name.")}
            )


@track(study="model", name="number")
class ModelSpecification(models.Model):
    """One immutable statement of how the model is made; a change is a new number."""

    model = models.ForeignKey(
        PrognosticModel, on_delete=models.PROTECT, related_name="specifications"
    )
    number = models.PositiveIntegerField(_("number"))
    body = models.JSONField(_("specification"))
    content_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("model specification")
        ordering = ["model", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "number"], name="modeling_specification_number_once"
            )
        ]
        triggers = [keep("specification_is_immutable", ANY)]

    def __str__(self) -> str:
        return f"{self.model.name} specification {self.number}"
