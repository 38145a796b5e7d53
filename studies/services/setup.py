"""Writes about a study itself: the study, its sites and cohorts, who belongs to it, its tokens."""

from django.db import transaction

from accounts.models import ApiToken, User
from accounts.services import create_token
from audit.recording import record
from sentences import Sentence
from sentences import storable as _
from studies.models import Cohort, Membership, Site, Study, TokenGrant
from studies.permissions import Capability
from studies.refusals import Refused, explain_refusals
from studies.selectors.access import may, require
from studies.templates import TEMPLATES


def create_study(
    *,
    code: str,
    title: str,
    by: User | None = None,
    is_simulated: bool = False,
    template: str = "",
) -> Study:
    """Make an empty study, or one that begins with what a template holds. Done on the server or in the admin portal."""
    with transaction.atomic():
        with record(by=by, reason=Sentence("studies.created")), explain_refusals():
            study = Study(code=code, title=title, is_simulated=is_simulated)
            study.full_clean()
            study.save()
        if template:
            TEMPLATES[template](study=study, name=template, by=by)
    return study


def add_site(*, study: Study, code: str, name: str, by: User | None) -> Site:
    """Add a hospital to a study."""
    require(by, study, Capability.MANAGE)
    with record(by=by), explain_refusals():
        site = Site(study=study, code=code, name=name)
        site.full_clean()
        site.save()
    return site


def add_cohort(*, study: Study, code: str, kind: str, by: User | None) -> Cohort:
    """Add a cohort to a study."""
    require(by, study, Capability.MANAGE)
    with record(by=by), explain_refusals():
        cohort = Cohort(study=study, code=code, kind=kind)
        cohort.full_clean()
        cohort.save()
    return cohort


def add_member(
    *, study: Study, user: User, role: str, by: User | None, site: Site | None = None
) -> Membership:
    """Give a person a role in a study or at a site."""
    require(by, study, Capability.MANAGE)
    with record(by=by), explain_refusals():
        membership = Membership(study=study, user=user, role=role, site=site)
        membership.full_clean()
        membership.save()
    return membership


def create_study_token(
    *, user: User, study: Study, scope: str, name: str, by: User | None
) -> tuple[ApiToken, str]:
    """Make an API token that reaches one study. The token can do no more than its user may."""
    require(by, study, Capability.MANAGE)
    if not may(user, study, Capability.VIEW_STUDY):
        raise Refused(
            _("%(user)s has no role in %(study)s; give one in the admin portal first.")
            % {"user": user.username, "study": study.code}
        )
    if scope == ApiToken.Scope.EXPORT and not may(user, study, Capability.EXPORT):
        raise Refused(
            _(
                "%(user)s may not export from %(study)s; an export token needs the role statistician."
            )
            % {"user": user.username, "study": study.code}
        )
    with record(by=by, reason=Sentence("studies.token")), explain_refusals():
        token, secret = create_token(user=user, name=name, scope=scope)
        TokenGrant.objects.create(token=token, study=study)
    return token, secret
