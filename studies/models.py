"""A study, its hospitals and cohorts, and who may do what in it."""

import zoneinfo
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from audit.tracking import ITSELF, track

CODE = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
    _("Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit."),
)


def known_time_zone(name: str) -> None:
    """Refuse a time zone that neither Python nor PostgreSQL knows."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone; write e.g. Asia/Tokyo."), params={"name": name}
        )


def default_time_zone() -> str:
    return settings.TIME_ZONE


@track(study=ITSELF, name="code")
class Study(models.Model):
    """One study: everything clinical belongs to exactly one."""

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[CODE])
    title = models.CharField(_("title"), max_length=200)
    is_simulated = models.BooleanField(
        _("simulated"),
        default=False,
        help_text=_("Its patients do not exist; every page and export says so."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        default=default_time_zone,
        validators=[known_time_zone],
        help_text=_("Where “today” is decided: no date may lie after it."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("study")
        verbose_name_plural = _("studies")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[A-Za-z0-9][A-Za-z0-9._-]*$"),
                name="studies_study_code_plain",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} – {self.title}"

    def today(self) -> date:
        """Today's date where the study is at home."""
        return timezone.now().astimezone(zoneinfo.ZoneInfo(self.time_zone)).date()


@track(study="study", name="code")
class Site(models.Model):
    """A hospital that enrols patients."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="sites")
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "code"], name="studies_site_code_once_per_study"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    DISCOVERY = "discovery", _("discovery")
    VALIDATION = "validation", _("validation")
    PROSPECTIVE = "prospective", _("prospective")


@track(study="study", name="code")
class Cohort(models.Model):
    """A group of patients with one part in modelling."""

    Kind = Kind

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="cohorts")
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    name = models.CharField(
        _("name"),
        max_length=200,
        blank=True,
        help_text=_("As files call it, where not by its code."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "code"], name="studies_cohort_code_once_per_study"
            ),
            constrain("kind", Kind, "studies_cohort_kind_known"),
        ]

    def __str__(self) -> str:
        return self.code


class Role(models.TextChoices):
    COORDINATOR = "coordinator", _("coordinator")
    LABORATORY = "laboratory", _("laboratory")
    STATISTICIAN = "statistician", _("statistician")
    INVESTIGATOR = "investigator", _("investigator")
    MONITOR = "monitor", _("monitor / auditor")
    MANAGER = "manager", _("manager")


@track(study="study")
class Membership(models.Model):
    """A person's role in a study, or at one of its sites."""

    Role = Role

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    site = models.ForeignKey(
        Site,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="memberships",
        help_text=_("Only this site's patients; leave empty for the whole study."),
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "study", "role", "site"],
                nulls_distinct=False,
                name="studies_membership_once",
            ),
            constrain("role", Role, "studies_membership_role_known"),
            models.CheckConstraint(
                condition=~models.Q(role=Role.COORDINATOR) | models.Q(site__isnull=False),
                name="studies_membership_coordinator_has_a_site",
                violation_error_message=_("A coordinator belongs to a site: choose it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.study.code}"

    def clean(self) -> None:
        if self.site is not None and self.site.study_id != self.study_id:
            raise ValidationError({"site": _("This site belongs to another study.")})


class TokenGrant(models.Model):
    """The one study that an API token reaches."""

    token = models.OneToOneField(
        "accounts.ApiToken", on_delete=models.CASCADE, related_name="grant"
    )
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="token_grants")

    class Meta:
        verbose_name = _("token grant")

    def __str__(self) -> str:
        return f"{self.token} → {self.study.code}"
