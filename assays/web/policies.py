"""The rules by which a study judges the plates of each panel, and the form that changes them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from assays.models import PanelPolicy
from assays.selectors.plates import plates_visible_to
from assays.selectors.policies import PanelRules, rules_of
from assays.services.judging import JUDGE
from assays.services.policies import foretell_policy, set_policy
from assays.services.verdicts import POLICY_FIELDS, policy_stamp
from assays.signals import Consequence
from assays.web.consequences import lay_out, resend_fields
from jobs.models import Job
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused, Stale
from studies.web.access import study_page
from studies.web.requests import StudyRequest


class PolicyForm(forms.ModelForm):
    """The limits and choices of a policy, and why they change."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=400,
        help_text=gettext_lazy("It stands in the trail."),
    )

    class Meta:
        model = PanelPolicy
        fields = POLICY_FIELDS


@require_safe
@study_page(Capability.VIEW_PLATES)
def policies(request: StudyRequest, study: Study) -> HttpResponse:
    """Every panel of the study with its limits."""
    found = rules_of(study) if _sees_plates(request, study) else []
    return render(request, "assays/policies.html", {"rules": found})


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(Capability.JUDGE_PLATES)
def policy(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Change the rules of a panel, after what that means was told; its plates are judged anew by a job."""
    rules = _rules_or_404(request, study, pk)
    # Of what is shown: the form's own cleaning changes the policy.
    stamp = policy_stamp(rules.policy)
    form = PolicyForm(request.POST or None, instance=rules.policy, initial={"seen": stamp})
    if request.method == "POST" and form.is_valid():
        asked: dict[str, Any] = {
            "study": study,
            "panel": rules.panel,
            "values": {name: form.cleaned_data[name] for name in POLICY_FIELDS},
            "reason": form.cleaned_data["reason"],
            "by": request.user,
            "seen": form.cleaned_data["seen"] or None,
        }
        try:
            if "confirmed" not in request.POST:
                will = foretell_policy(**asked)
                if will is None or will:
                    return _ask(request, rules, will)
            job = set_policy(**asked)
        except Stale as refusal:
            messages.error(request, str(refusal))
            return redirect("assays:policy", study.code, pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            told = _("The rules are kept; all plates of %(panel)s are being judged by them.")
            same = _("Nothing was changed.")
            messages.success(request, told % {"panel": rules.panel} if job else same)
            return redirect("assays:policies", study.code)
    waiting = Job.objects.filter(
        kind=JUDGE, key=f"{JUDGE}:study:{study.pk}:panel:{rules.panel.pk}", state__in=Job.ACTIVE
    ).first()
    context = {"form": form, "rules": rules, "waiting": waiting}
    return render(request, "assays/policy.html", context)


def _ask(request: StudyRequest, rules: PanelRules, will: list[Consequence] | None) -> HttpResponse:
    """What the rules that were sent would mean, and a button that keeps them."""
    context = {
        "rules": rules,
        "fields": resend_fields(request.POST),
        "will": None if will is None else lay_out(will),
        "reason": request.POST["reason"],
    }
    return render(request, "assays/policy_confirm.html", context)


def _sees_plates(request: StudyRequest, study: Study) -> bool:
    return plates_visible_to(request.user, study).exists()


def _rules_or_404(request: StudyRequest, study: Study, pk: int) -> PanelRules:
    found = rules_of(study) if _sees_plates(request, study) else []
    for rules in found:
        if rules.panel.pk == pk:
            return rules
    raise Http404(_("The study has no plate of such a panel, or you may not see it."))
