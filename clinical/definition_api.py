"""The API of what a study collects: visits, forms, items, codes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clinical.dictionary.definition import Role, Severity, Texts, Type
from clinical.dictionary.described import describe_outcome, list_native_forms
from clinical.models import Definition
from clinical.selectors.definitions import Collected, collected_by
from studies.api import StudyOne
from studies.permissions import Capability


class TextsField(serializers.DictField):
    """Language -> text."""

    child = serializers.CharField()

    def to_representation(self, value: Texts) -> dict[str, Any]:
        return dict(value)


class Part(serializers.Serializer[Any]):
    """What every part has. `oid` stays the same in all versions of the study's definition."""

    name = serializers.CharField()
    oid = serializers.UUIDField(allow_null=True)
    label = TextsField()  # type: ignore[assignment]  # a field, until the class is made


class CodingSerializer(serializers.Serializer[Any]):
    """The same thing in another system of codes: LOINC, SNOMED CT."""

    system = serializers.CharField()
    code = serializers.CharField()


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = TextsField()  # type: ignore[assignment]  # a field, until the class is made
    rank = serializers.FloatField(allow_null=True)
    codings = CodingSerializer(many=True)


class CodeListSerializer(Part):
    ordered = serializers.BooleanField()
    codes = CodeSerializer(many=True)


class MissingCodeSerializer(serializers.Serializer[Any]):
    """Why a value is not there."""

    code = serializers.CharField()
    label = TextsField()  # type: ignore[assignment]  # a field, until the class is made


class RangeSerializer(serializers.Serializer[Any]):
    """Outside `low` to `high` a value is refused; outside the usual it is marked."""

    low = serializers.FloatField(allow_null=True)
    usual_low = serializers.FloatField(allow_null=True)
    usual_high = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class ItemSerializer(Part):
    """`unit` in UCUM; `units`: how it may be given, and the factor to `unit`; `codes`: the name of its code list."""

    type = serializers.ChoiceField(choices=[one.value for one in Type])
    note = TextsField()
    group = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    units = serializers.DictField(child=serializers.FloatField())
    range = RangeSerializer()
    longest = serializers.IntegerField(allow_null=True)
    precision = serializers.CharField(allow_blank=True)
    codes = serializers.CharField(allow_blank=True)
    derived = serializers.CharField(allow_blank=True)
    shown_when = serializers.CharField(allow_blank=True)
    not_in_future = serializers.BooleanField()
    visit_date = serializers.BooleanField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    critical = serializers.BooleanField()
    identifier = serializers.BooleanField()
    model_may_read = serializers.BooleanField()
    role = serializers.ChoiceField(choices=[one.value for one in Role], allow_null=True)
    codings = CodingSerializer(many=True)


class EditCheckSerializer(serializers.Serializer[Any]):
    """`fires_when` is the condition that must not hold."""

    name = serializers.CharField()
    severity = serializers.ChoiceField(choices=[one.value for one in Severity])
    fires_when = serializers.CharField()
    message = TextsField()


class FormSerializer(Part):
    note = TextsField()
    groups = Part(many=True)
    items = ItemSerializer(many=True)
    checks = EditCheckSerializer(many=True)


class EventFormSerializer(serializers.Serializer[Any]):
    form = serializers.CharField()
    repeats = serializers.BooleanField()


class StudyEventSerializer(Part):
    """Due `day` days after `anchor` (the index date where it is empty), from `before` days early to `after` days late."""

    arm = serializers.CharField(allow_blank=True)
    anchor = serializers.CharField(allow_blank=True)
    day = serializers.IntegerField(allow_null=True)
    before = serializers.IntegerField(allow_null=True)
    after = serializers.IntegerField(allow_null=True)
    repeats = serializers.BooleanField()
    forms = EventFormSerializer(many=True)


class OutcomeFormsSerializer(serializers.Serializer[Any]):
    """What is recorded of the outcome, in columns of its own: each item has the role of its column."""

    forms = FormSerializer(many=True)
    code_lists = CodeListSerializer(many=True)


class DefinitionSerializer(serializers.Serializer[Collected]):
    """`version` is 0 while the study has published nothing of its own: then it collects what Yogo ships."""

    version = serializers.IntegerField()
    name = serializers.CharField(source="definition.name", allow_blank=True)
    arms = Part(source="definition.arms", many=True)
    events = StudyEventSerializer(source="definition.events", many=True)
    forms = FormSerializer(source="definition.forms", many=True)
    code_lists = CodeListSerializer(source="definition.code_lists", many=True)
    missing_codes = MissingCodeSerializer(source="definition.missing_codes", many=True)
    outcome = serializers.SerializerMethodField()

    @extend_schema_field(OutcomeFormsSerializer)
    def get_outcome(self, collected: Collected) -> Any:
        forms, described = list_native_forms(collected.definition), describe_outcome()
        return OutcomeFormsSerializer({"forms": forms, "code_lists": described.code_lists}).data


class DefinitionDetail(StudyOne):
    """What the study collects: its newest published definition."""

    capability = Capability.VIEW_STUDY
    serializer_class = DefinitionSerializer
    queryset = Definition.objects.none()

    def get_object(self) -> Collected:
        return collected_by(self.study)
