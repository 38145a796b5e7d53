"""What a study collects, in versions: visits, forms, items, code lists, checks; named as in CDISC ODM.

A version is a draft until it is published; then the database refuses every change of it, and an amendment is a new version. Every
part has an `oid` that stays the same in all versions, so that renaming an item is not a deletion.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from audit.tracking import track
from clinical.dictionary.definition import Role, Severity, Type
from clinical.models.rules import once_published, parts_of_one_definition
from studies.models import Study

LONGEST_TEXT = 10_000


def _choices(kinds: type[Type] | type[Severity] | type[Role]) -> list[tuple[str, str]]:
    return [(one.value, one.value) for one in kinds]


@track(study="study")
class Definition(models.Model):
    """One version of what a study collects (ODM: MetaDataVersion)."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="definitions")
    version = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    note = models.TextField(_("what changed"), blank=True)
    source = models.CharField(
        _("made from"), max_length=200, blank=True, help_text=_("The shipped one, or a file.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("definition of a study")
        verbose_name_plural = _("definitions of a study")
        ordering = ["study", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "version"], name="clinical_definition_version_once"
            ),
            models.UniqueConstraint(
                fields=["study"],
                condition=Q(published_at__isnull=True),
                name="clinical_definition_one_draft",
                violation_error_message=_("This study already has a draft."),
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="clinical_definition_from_1"),
        ]
        triggers = [once_published("definition", itself=True)]

    def __str__(self) -> str:
        return f"{self.study.code} {self.version}"


class Part(models.Model):
    """What every part of a definition has."""

    oid = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    label = models.JSONField(
        _("label"), default=dict, blank=True, help_text=_("Language -> text: en, ja, ...")
    )
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


def _unique(model: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=["definition", "oid"], name=f"clinical_{model}_oid_once"),
        models.UniqueConstraint("definition", Lower("name"), name=f"clinical_{model}_name_once"),
        models.CheckConstraint(condition=~Q(name=""), name=f"clinical_{model}_is_named"),
    ]


class Arm(Part):
    """Patients who follow the same visits."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="arms")

    class Meta:
        ordering = ["definition", "order", "id"]
        constraints = _unique("arm")
        triggers = [once_published("arm")]


class StudyEvent(Part):
    """A visit, or anything else that forms belong to.

    The visit is due `day` days after the anchor, from `before` days early to `after` days late; without a day it is not planned.
    """

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="events")
    arm = models.ForeignKey(
        Arm, on_delete=models.CASCADE, null=True, blank=True, related_name="events"
    )
    anchor = models.CharField(
        _("counted from"),
        max_length=200,
        blank=True,
        help_text=_("An item that holds a date; the index date where it is empty."),
    )
    day = models.IntegerField(_("day"), null=True, blank=True)
    before = models.PositiveIntegerField(_("days early"), null=True, blank=True)
    after = models.PositiveIntegerField(_("days late"), null=True, blank=True)
    repeats = models.BooleanField(_("repeats"), default=False)

    class Meta:
        ordering = ["definition", "order", "id"]
        constraints = [
            *_unique("event"),
            models.CheckConstraint(
                condition=Q(day__isnull=False) | Q(before__isnull=True, after__isnull=True),
                name="clinical_event_window_around_a_day",
            ),
        ]
        triggers = [once_published("event"), parts_of_one_definition("event", arm="clinical_arm")]


class Form(Part):
    """A form: groups of items that are filled together."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="forms")
    note = models.JSONField(_("note"), default=dict, blank=True)

    class Meta:
        ordering = ["definition", "order", "id"]
        constraints = _unique("form")
        triggers = [once_published("form")]


class EventForm(models.Model):
    """Which form is filled at which event, and whether more than once there."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="event_forms")
    event = models.ForeignKey(StudyEvent, on_delete=models.CASCADE, related_name="event_forms")
    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="event_forms")
    repeats = models.BooleanField(_("repeats"), default=False)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["definition", "event__order", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "form"], name="clinical_event_form_once")
        ]
        triggers = [
            once_published("event_form"),
            parts_of_one_definition(
                "event_form", event="clinical_studyevent", form="clinical_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} / {self.form}"


class ItemGroup(Part):
    """Items of a form that stand together under a heading."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="groups")
    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="groups")

    class Meta:
        ordering = ["definition", "form__order", "order", "id"]
        constraints = _unique("group")
        triggers = [once_published("group"), parts_of_one_definition("group", form="clinical_form")]


class CodeList(Part):
    """What a coded item may hold."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="code_lists")
    ordered = models.BooleanField(_("ordered"), default=False)

    class Meta:
        ordering = ["definition", "order", "id"]
        constraints = _unique("code_list")
        triggers = [once_published("code_list")]


class Code(models.Model):
    """One code of a list. Codes are text. `rank` is its place where the list is ordered; two may share one."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="codes")
    code_list = models.ForeignKey(CodeList, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(_("code"), max_length=200)
    label = models.JSONField(_("label"), default=dict, blank=True)
    rank = models.FloatField(_("rank"), null=True, blank=True)
    codings = models.JSONField(_("codes elsewhere"), default=dict, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["definition", "code_list__order", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["code_list", "code"], name="clinical_code_once"),
            models.CheckConstraint(condition=~Q(code=""), name="clinical_code_is_given"),
        ]
        triggers = [
            once_published("code"),
            parts_of_one_definition("code", code_list="clinical_codelist"),
        ]

    def __str__(self) -> str:
        return self.code


class MissingCode(models.Model):
    """Why a value is not there: not done, unknown, not applicable, or the study's own."""

    definition = models.ForeignKey(
        Definition, on_delete=models.CASCADE, related_name="missing_codes"
    )
    code = models.CharField(_("code"), max_length=50)
    label = models.JSONField(_("label"), default=dict, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["definition", "order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["definition", "code"], name="clinical_missing_code_once"
            ),
            models.CheckConstraint(condition=~Q(code=""), name="clinical_missing_code_is_given"),
        ]
        triggers = [once_published("missing_code")]

    def __str__(self) -> str:
        return self.code


class Item(Part):
    """One thing that is asked, or derived from what was."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="items")
    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="items")
    group = models.ForeignKey(
        ItemGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="items"
    )
    type = models.CharField(_("type"), max_length=10, choices=_choices(Type))
    derived = models.TextField(_("derived as"), blank=True)
    unit = models.CharField(_("unit (UCUM)"), max_length=50, blank=True)
    units = models.JSONField(
        _("units that are taken"),
        default=dict,
        blank=True,
        help_text=_("As people write them -> factor to the unit."),
    )
    hard_low = models.FloatField(_("lowest that can be"), null=True, blank=True)
    soft_low = models.FloatField(_("lowest that is usual"), null=True, blank=True)
    soft_high = models.FloatField(_("highest that is usual"), null=True, blank=True)
    hard_high = models.FloatField(_("highest that can be"), null=True, blank=True)
    longest = models.PositiveIntegerField(_("characters at most"), null=True, blank=True)
    precision = models.CharField(
        _("coarsest that is allowed"), max_length=6, blank=True, help_text=_("year, month, day")
    )
    code_list = models.ForeignKey(
        CodeList, on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    not_in_future = models.BooleanField(_("not in the future"), default=False)
    visit_date = models.BooleanField(_("day of the visit"), default=False)
    required = models.BooleanField(_("required"), default=False)
    critical = models.BooleanField(
        _("critical"), default=False, help_text=_("Counts among what must not be missing.")
    )
    identifier = models.BooleanField(_("tells who somebody is"), default=False)
    model_may_read = models.BooleanField(_("a model may read it"), default=False)
    role = models.CharField(_("role"), max_length=20, choices=_choices(Role), blank=True)
    shown_when = models.TextField(_("shown when"), blank=True)
    note = models.JSONField(_("note"), default=dict, blank=True)
    codings = models.JSONField(_("codes elsewhere"), default=dict, blank=True)
    source_text = models.JSONField(
        _("as its source wrote it"),
        default=dict,
        blank=True,
        help_text=_("Logic and annotation of the system that it came from, word by word."),
    )

    class Meta:
        ordering = ["definition", "form__order", "order", "id"]
        constraints = [
            *_unique("item"),
            constrain("type", Type, "clinical_item_type_known"),
            models.CheckConstraint(
                condition=Q(role="") | Q(role__in=list(Role)), name="clinical_item_role_known"
            ),
            models.UniqueConstraint(
                fields=["form", "role"], condition=~Q(role=""), name="clinical_item_role_once_a_form"
            ),
            models.CheckConstraint(
                condition=Q(code_list__isnull=False, type__in=[Type.CODE, Type.CODES])
                | Q(code_list__isnull=True) & ~Q(type__in=[Type.CODE, Type.CODES]),
                name="clinical_item_codes_of_a_list",
            ),
            models.CheckConstraint(
                condition=(Q(hard_low__isnull=True) | Q(hard_high__isnull=True) | Q(hard_low__lte=F("hard_high")))
                & (Q(soft_low__isnull=True) | Q(soft_high__isnull=True) | Q(soft_low__lte=F("soft_high"))),
                name="clinical_item_low_before_high",
            ),
        ]  # fmt: skip
        triggers = [
            once_published("item"),
            parts_of_one_definition(
                "item",
                form="clinical_form",
                group="clinical_itemgroup",
                code_list="clinical_codelist",
            ),
        ]


class EditCheck(Part):
    """A condition that must not hold: hard refuses, soft asks for a reason, later makes a list."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="checks")
    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="checks")
    severity = models.CharField(_("severity"), max_length=5, choices=_choices(Severity))
    fires_when = models.TextField(_("fires when"))
    message = models.JSONField(_("message"), default=dict, blank=True)

    class Meta:
        ordering = ["definition", "form__order", "order", "id"]
        constraints = [
            *_unique("check"),
            constrain("severity", Severity, "clinical_check_severity_known"),
        ]
        triggers = [once_published("check"), parts_of_one_definition("check", form="clinical_form")]
