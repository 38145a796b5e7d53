"""Who sees what. Every read that crosses a permission starts here."""

from django.db.models import Q, QuerySet

from accounts.models import User
from sentences import storable as _
from studies.models import Membership, Site, Study
from studies.permissions import BY_ROLE, IN_WHOLE, Capability
from studies.refusals import NotAllowed


def _roles_with(capability: Capability) -> list[str]:
    return [role for role, capabilities in BY_ROLE.items() if capability in capabilities]


def memberships_with(user: User, capability: Capability) -> QuerySet[Membership]:
    """The memberships through which a person has a capability."""
    if not user.is_active:
        return Membership.objects.none()
    memberships = Membership.objects.filter(user=user, role__in=_roles_with(capability))
    return memberships.filter(site__isnull=True) if capability in IN_WHOLE else memberships


def studies_visible_to(
    user: User, capability: Capability = Capability.VIEW_STUDY
) -> QuerySet[Study]:
    """The studies in which a person has a capability."""
    return Study.objects.filter(
        pk__in=memberships_with(user, capability).values("study_id")
    ).order_by("code")


def may(user: User, study: Study, capability: Capability) -> bool:
    """Whether a person has a capability somewhere in a study."""
    return memberships_with(user, capability).filter(study=study).exists()


def capabilities_in(user: User, study: Study) -> frozenset[Capability]:
    """All that a person may do in a study, in one query."""
    if not user.is_active:
        return frozenset()
    memberships = Membership.objects.filter(user=user, study=study).values_list("role", "site_id")
    return frozenset(
        capability
        for role, site in memberships
        for capability in BY_ROLE[role]
        if site is None or capability not in IN_WHOLE
    )


def sites_open_to(user: User, study: Study, capability: Capability) -> QuerySet[Site]:
    """The sites at which a person has a capability: all for a study-wide role, else the named ones."""
    memberships = memberships_with(user, capability).filter(study=study)
    if memberships.filter(site__isnull=True).exists():
        return Site.objects.filter(study=study)
    return Site.objects.filter(study=study, pk__in=memberships.values("site_id"))


def require(
    by: User | None, study: Study, capability: Capability, *, site: Site | None = None
) -> None:
    """Raise NotAllowed unless `by` has the capability (at `site`, where one is named).

    `by` is None for the system itself: a command on the server, a scheduled check, a worker.
    """
    if by is None:
        return
    memberships = memberships_with(by, capability).filter(study=study)
    if site is not None:
        memberships = memberships.filter(Q(site__isnull=True) | Q(site=site))
    if not memberships.exists():
        raise NotAllowed(
            _("Your role in this study does not allow this. Ask a manager of the study.")
        )


def open_site_ids(by: User | None, study: Study, capability: Capability) -> set[int] | None:
    """Sites whose rows a person may import; None for all, as for the system."""
    if by is None or memberships_with(by, capability).filter(study=study, site=None).exists():
        return None
    return set(sites_open_to(by, study, capability).values_list("pk", flat=True))
