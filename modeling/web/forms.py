"""Forms about models."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sentences import of_error
from studies.refusals import Refused
from tabular.checked_yaml import YamlError, read_yaml


class SpecificationForm(forms.Form):
    """A model's name and its specification as YAML."""

    name = forms.CharField(
        label=_("Name"), max_length=60, required=False, help_text=_("For example preCIRI14.")
    )
    specification = forms.CharField(
        label=_("Specification"),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code"}),
        help_text=_("YAML. Keys that you leave out take their defaults."),
    )

    def clean_specification(self) -> dict[str, Any]:
        try:
            body = read_yaml(self.cleaned_data["specification"])
        except YamlError as error:
            raise forms.ValidationError(str(of_error(error))) from error
        if not isinstance(body, dict):
            raise forms.ValidationError(_("Write keys and values, such as “endpoint: OS”."))
        return body

    def refuse(self, refusal: Refused) -> None:
        """Show a service's refusal at the fields it names."""
        for field, sentences in refusal.errors.items():
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, str(sentence))


class DecisionForm(forms.Form):
    """To put a version into use, or to reject it, with a reason."""

    decision = forms.ChoiceField(choices=[("promote", "promote"), ("reject", "reject")])
    reason = forms.CharField(label=_("Reason"), max_length=500)
