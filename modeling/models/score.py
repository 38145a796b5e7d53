"""A patient's risk by one model version."""

from typing import Any

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from audit.tracking import track
from ciri.survival.outcome import DAYS_IN_MONTH
from ciri.training.trained import CHANGED, OUT_OF_BAG, PREDICTION
from clinical.models import Patient
from modeling.models.version import ModelVersion

HISTORY = ("mortality", "percentile", "group", "basis")


class Group(models.TextChoices):
    GOOD = "good", _("good prognosis")
    INTERMEDIATE = "intermediate", _("intermediate prognosis")
    POOR = "poor", _("poor prognosis")


class Basis(models.TextChoices):
    OUT_OF_BAG = OUT_OF_BAG, _("out-of-bag (the patient was in training)")
    CHANGED = CHANGED, _("out-of-bag (in training with other values than now)")
    PREDICTION = PREDICTION, _("prediction")


@track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(*HISTORY)),
    pghistory.DeleteEvent(),
    fields=["id", "version", "patient", *HISTORY],
    model_name="ScoreEvent",
)
class Score(models.Model):
    """Risk of one patient by one version. Written by rescoring only; every score names its version.

    Its history is what an export as of a moment reads; of a rescoring that changes nothing there is none. It is in no
    trail: a machine writes it by the thousand, and the job that did, and who asked for it, are there.
    """

    Group = Group

    Basis = Basis

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="scores")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="scores")
    mortality = models.FloatField(_("ensemble mortality"))
    percentile = models.FloatField(_("percentile among training patients"))
    group = models.CharField(_("risk group"), max_length=12, choices=Group.choices)
    basis = models.CharField(_("basis"), max_length=30, choices=Basis.choices)
    survival = models.JSONField(_("survival probability by horizon"), default=dict)
    survival_interval = models.JSONField(
        _("95 % interval of the survival probability by horizon"), default=dict
    )
    restricted_mean = models.FloatField(_("restricted mean survival (days)"), null=True)
    explanation = models.JSONField(
        _("contributions of the features"),
        default=dict,
        help_text=_("Base and the strongest contributions, in expected deaths (TreeSHAP)."),
    )
    scored_at = models.DateTimeField(_("scored"))

    class Meta:
        verbose_name = _("score")
        ordering = ["-mortality"]
        constraints = [
            models.UniqueConstraint(fields=["version", "patient"], name="modeling_score_once"),
            models.CheckConstraint(
                condition=Q(percentile__gte=0, percentile__lte=100),
                name="modeling_score_percentile_range",
            ),
            constrain("group", Group, "modeling_score_group_known"),
            constrain("basis", Basis, "modeling_score_basis_known"),
        ]

    def __str__(self) -> str:
        return f"{self.patient}: {self.percentile:.0f} ({self.version})"

    @property
    def survival_percent(self) -> list[tuple[str, str]]:
        """Horizon ("6 m") and probability in percent with its 95 % interval ("71 % (58–82)"), for a
        page; "–" past the known follow-up."""
        return [
            (f"{horizon.removesuffix('m')} m", _percent(p, self.survival_interval.get(horizon)))
            for horizon, p in self.survival.items()
        ]

    @property
    def last_horizon(self) -> int | None:
        """The longest horizon, in months, that the model's follow-up reaches."""
        known = [int(key.removesuffix("m")) for key, p in self.survival.items() if p is not None]
        return max(known, default=None)

    @property
    def restricted_mean_months(self) -> float | None:
        """Restricted mean survival up to the last horizon, in months."""
        return None if self.restricted_mean is None else self.restricted_mean / DAYS_IN_MONTH

    @property
    def contributions(self) -> list[dict[str, str]]:
        """The stored contributions as text, strongest first; the rest as one row."""
        rows = [
            {
                "feature": row["feature"],
                "value": "–" if row["value"] is None else f"{row['value']:.3g}",
                "contribution": f"{row['contribution']:+.2f}",
            }
            for row in self.explanation.get("contributions", [])
        ]
        if self.explanation.get("others"):
            others = _("%(n)d others") % {"n": self.explanation["others"]}
            rest = f"{self.explanation['rest']:+.2f}"
            rows.append({"feature": others, "value": "", "contribution": rest})
        return rows

    @property
    def waterfall(self) -> dict[str, Any] | None:
        """The table that `ciri.figures.waterfall_figure` draws; None where the score has no
        stored explanation."""
        if not self.explanation:
            return None
        return {
            "base": self.explanation["base"],
            "score": self.mortality,
            "steps": self.explanation["contributions"],
            "others": self.explanation["others"],
            "rest": self.explanation["rest"],
        }


def _percent(probability: float | None, interval: list[float] | None) -> str:
    if probability is None:
        return "–"
    if not interval:
        return f"{100 * probability:.0f} %"
    low, high = interval
    return f"{100 * probability:.0f} % ({100 * low:.0f}–{100 * high:.0f})"
