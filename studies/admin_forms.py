"""Forms of the admin portal that are not a model's own."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.models import ApiToken, User
from studies.models import Study


class TokenForm(forms.Form):
    """A new API token: whose, for which study, and how far it reaches."""

    study = forms.ModelChoiceField(
        label=_("study"), queryset=Study.objects.none(), widget=UnfoldAdminSelectWidget
    )
    user = forms.ModelChoiceField(
        label=_("user"),
        queryset=User.objects.none(),
        widget=UnfoldAdminSelectWidget,
        help_text=_("The token can do no more than this person may."),
    )
    scope = forms.ChoiceField(
        label=_("scope"), choices=ApiToken.Scope.choices, widget=UnfoldAdminSelectWidget
    )
    name = forms.CharField(
        label=_("name"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("What it is for, e.g. “nightly export to the biobank”."),
    )

    def __init__(
        self, *args: Any, studies: QuerySet[Study], people: QuerySet[User], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["study"].queryset = studies  # type: ignore[attr-defined]
        self.fields["user"].queryset = people.filter(is_active=True)  # type: ignore[attr-defined]
