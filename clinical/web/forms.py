"""Data-entry forms. They check what a field can tell; services and database have the last word."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.dictionary.outcome import takes_index_date
from clinical.models import FilledForm, FollowUp, Patient
from clinical.models.filled import LONGEST_REASON
from clinical.selectors.definitions import collected_by
from studies.models import Study
from studies.refusals import Refused
from studies.selectors.state import state_token

DATE = {"type": "date"}


class YesNo(forms.NullBooleanSelect):
    """unknown, yes or no: what is known is what is selected, so that saving a form changes nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.choices = [("unknown", _("unknown")), ("true", _("yes")), ("false", _("no"))]


class ShowsRefusals(forms.BaseForm):
    """A form that shows a service's refusal."""

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal at the fields it names, in a form that was sent or a fresh one."""
        if not self.is_bound:
            self.cleaned_data: dict[str, Any] = {}  # add_error looks for it
        for name, sentences in refusal.errors.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, str(sentence))


class ReasonForm(ShowsRefusals, forms.Form):
    """Why somebody voids a filled form, or restores one. The service says that there must be a reason."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, max_length=LONGEST_REASON, label=_("Reason"))

    def __init__(self, act: str, row: FilledForm | None, data: Any = None) -> None:
        name = f"{act}-{row.pk if row else 'gone'}"
        super().__init__(data, auto_id=f"{name}-%s", initial={"seen": state_token(row)})
        self.name = name
        self.fields["reason"].widget.attrs |= {"required": True, "autocomplete": "off"}

    @classmethod
    def fresh(cls, act: str, row: FilledForm, given: "ReasonForm | None") -> "ReasonForm":
        """The form beside a filled one, or what was `given` there and refused."""
        form = cls(act, row)
        return given if given is not None and given.name == form.name else form

    def refuse(self, refusal: Refused) -> None:
        super().refuse(refusal)
        self.fields["reason"].widget.attrs["autofocus"] = True


class EntryForm(ShowsRefusals, forms.ModelForm):
    """A form of a model: enrolment, a contact."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs=dict(DATE), format="%Y-%m-%d")
            if isinstance(field, forms.NullBooleanField):
                field.widget = YesNo()
            if isinstance(field, forms.TypedChoiceField) and not field.required:
                field.choices = [("", _("unknown")), *list(field.widget.choices)[1:]]

    def values(self) -> dict[str, Any]:
        """What the service is to write."""
        return {
            name: self.cleaned_data[name] for name in self._meta.fields or () if name in self.fields
        }


class EnrolmentForm(EntryForm):
    class Meta:
        model = Patient
        fields = ["subject_id", "site", "cohort", "index_date"]

    def __init__(self, *args: Any, study: Study, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.study = study
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["cohort"].queryset = study.cohorts.all()  # type: ignore[attr-defined]
        if takes_index_date(collected_by(study).definition):
            del self.fields["index_date"]
        else:
            self.fields["index_date"].widget.attrs["max"] = study.today().isoformat()
        if len(sites) == 1:
            self.fields["site"].initial = sites[0]


class EnrolmentCorrection(EnrolmentForm):
    reason = forms.CharField(
        label=_("Reason for the correction"),
        max_length=500,
        required=False,
        help_text=_("Not needed to enter an index date that was not known."),
    )


class FollowUpForm(EntryForm):
    reason = forms.CharField(label=_("Reason for the correction"), max_length=500, required=False)

    class Meta:
        model = FollowUp
        fields = [
            "contact_date", "status", "cause", "response", "progression_date", "disease_assessed",
        ]  # fmt: skip

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.patient = patient
        for name in ("contact_date", "progression_date"):
            bounds = self.fields[name].widget.attrs
            bounds["max"] = patient.study.today().isoformat()
            if patient.index_date is not None:
                bounds["min"] = patient.index_date.isoformat()
        if self.instance.pk is None:
            del self.fields["reason"]
