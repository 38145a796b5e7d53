"""What of a plate may not enter a model, since when, why, and who decided otherwise."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from assays.models.catalogue import Analyte, Panel
from assays.models.plate import PlateRun, Well
from assays.sentences import SENTENCES
from audit.tracking import track
from sentences import SentenceField
from studies.models import Study


class Repeats(models.TextChoices):
    MEAN = "mean", _("mean of all")
    FIRST = "first", _("the first")
    LAST = "last", _("the last")


class Concentration(models.TextChoices):
    VENDOR = "vendor", _("the vendor's")
    REFIT = "refit", _("our own curve's")


@track(study="study")
class PanelPolicy(models.Model):
    """How a study judges a panel's plates, and what it takes from them. The defaults are the vendors'
    customary limits (docs/quality.md)."""

    Repeats = Repeats

    Concentration = Concentration

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="panel_policies")
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="policies")
    min_bead_count = models.PositiveIntegerField(_("fewest beads"), default=35)
    recommended_bead_count = models.PositiveIntegerField(_("recommended beads"), default=50)
    max_intra_cv = models.FloatField(_("highest CV within a plate (%)"), default=15)
    max_inter_cv = models.FloatField(
        _("highest distance of controls from their target (%)"),
        default=20,
        help_text=_("The target is the median over the guide set, or over all plates of the lot."),
    )
    recovery_low = models.FloatField(_("lowest recovery of standards (%)"), default=80)
    recovery_high = models.FloatField(_("highest recovery of standards (%)"), default=120)
    max_out_of_range = models.FloatField(_("highest share out of range (%)"), default=50)
    max_hook = models.FloatField(
        _("highest fall of fluorescence at the top of the standards (%)"),
        default=10,
        db_default=10,
        help_text=_("Standards that fall further show a hook: what reads as high is excluded."),
    )
    kit_ranges = models.BooleanField(
        _("hold controls against the kit's ranges"),
        default=True,
        db_default=True,
        help_text=_("Where the file tells them (Control Range Low and High)."),
    )
    repeats = models.CharField(
        _("which repeat of a specimen counts"),
        max_length=5,
        choices=Repeats.choices,
        default=Repeats.MEAN,
        help_text=_("Of those that are not excluded, in the order of acquisition."),
    )
    concentration = models.CharField(
        _("concentrations that models use"),
        max_length=6,
        choices=Concentration.choices,
        default=Concentration.VENDOR,
        db_default=Concentration.VENDOR,
        help_text=_("Ours are fitted to the standards of each plate."),
    )

    class Meta:
        verbose_name = _("policy of a panel")
        verbose_name_plural = _("policies of panels")
        constraints = [
            models.UniqueConstraint(fields=["study", "panel"], name="assays_policy_once"),
            models.CheckConstraint(
                condition=Q(recommended_bead_count__gte=F("min_bead_count")),
                violation_error_message=_(
                    "Recommend at least as many beads as you ask for at the fewest."
                ),
                name="assays_policy_recommends_no_fewer_beads_than_it_asks",
            ),
            models.CheckConstraint(
                condition=Q(recovery_low__gte=0, recovery_low__lt=100, recovery_high__gt=100)
                & Q(recovery_high__lte=1000),
                violation_error_message=_(
                    "The recovery of standards must span 100 %: the lowest below it, the highest above "
                    "it and not over 1000 %."
                ),
                name="assays_policy_recovery_spans_100",
            ),
            models.CheckConstraint(
                condition=Q(max_intra_cv__gt=0, max_intra_cv__lte=1000)
                & Q(max_inter_cv__gt=0, max_inter_cv__lte=1000)
                & Q(max_out_of_range__gte=0, max_out_of_range__lte=100)
                & Q(max_hook__gte=0, max_hook__lte=100),
                violation_error_message=_(
                    "A CV lies above 0 and not over 1000 %, a share between 0 and 100 %."
                ),
                name="assays_policy_percentages",
            ),
            constrain("repeats", Repeats, "assays_policy_repeats_known"),
            constrain("concentration", Concentration, "assays_policy_concentration_known"),
        ]

    def __str__(self) -> str:
        return f"{self.study} {self.panel}"


class Rule(models.TextChoices):
    EXCLUDED = "excluded", _(SENTENCES["rule_excluded"])
    SUPERSEDED = "superseded", _(SENTENCES["rule_superseded"])
    BEAD_COUNT = "bead_count", _(SENTENCES["rule_bead_count"])
    INTRA_CV = "intra_cv", _(SENTENCES["rule_intra_cv"])
    INTER_CV = "inter_cv", _(SENTENCES["rule_inter_cv"])
    RECOVERY = "recovery", _(SENTENCES["rule_recovery"])
    OUT_OF_RANGE = "out_of_range", _(SENTENCES["rule_out_of_range"])
    VENDOR = "vendor", _(SENTENCES["rule_vendor"])
    CURVE = "curve", _(SENTENCES["rule_curve"])
    KIT_RANGE = "kit_range", _(SENTENCES["rule_kit_range"])
    HOOK = "hook", _(SENTENCES["rule_hook"])


@track(study="plate_run", bulk=Q(raised_by=None))
class Exclusion(models.Model):
    """A plate, a well, an analyte on a plate, or an analyte in a well, excluded from modeling.

    Raised by a person (DECISIONS) or by a rule that failed; it holds until it is lifted: by a
    person with a reason, or by the rules themselves (`lifted_by` empty) when the limits have changed.
    An exclusion that a person has lifted is not raised again by the same rule on the same place.

    well and analyte empty: the whole plate; well alone: all of a well; analyte alone: an analyte on the
    whole plate; both: one measurement.
    """

    Rule = Rule

    DECISIONS = (Rule.EXCLUDED, Rule.SUPERSEDED)
    """Raised by people: what they cover counts for no rule, and no rule lifts them."""

    plate_run = models.ForeignKey(PlateRun, on_delete=models.PROTECT, related_name="exclusions")
    well = models.ForeignKey(
        Well, on_delete=models.PROTECT, related_name="exclusions", null=True, blank=True
    )
    analyte = models.ForeignKey(
        Analyte, on_delete=models.PROTECT, related_name="exclusions", null=True, blank=True
    )
    rule = models.CharField(_("rule"), max_length=12, choices=Rule.choices)
    value = models.FloatField(_("found"), null=True, blank=True)
    limit = models.FloatField(_("limit"), null=True, blank=True)
    reason = SentenceField(_("why"))
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    raised_at = models.DateTimeField(auto_now_add=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_reason = SentenceField(_("why it was lifted"))

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        ordering = ["plate_run", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plate_run", "well", "analyte", "rule"],
                condition=Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="assays_exclusion_stands_once",
            ),
            constrain("rule", Rule, "assays_exclusion_rule_known"),
            models.CheckConstraint(
                condition=Q(reason__isnull=False), name="assays_exclusion_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(
                    lifted_at__isnull=True, lifted_by__isnull=True, lift_reason__isnull=True
                )
                | Q(lifted_at__isnull=False, lift_reason__isnull=False),
                name="assays_exclusion_is_lifted_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plate_run} {self.rule}"
