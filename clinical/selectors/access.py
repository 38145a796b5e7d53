"""Which patients a person sees."""

from django.db.models import Q, QuerySet

from accounts.models import User
from clinical.models import Patient
from studies.permissions import Capability
from studies.selectors.access import memberships_with


def patients_visible_to(
    user: User, capability: Capability = Capability.VIEW_CLINICAL
) -> QuerySet[Patient]:
    """The patients for whom a person has a capability, over all studies."""
    memberships = memberships_with(user, capability)
    whole = memberships.filter(site__isnull=True).values("study_id")
    some = memberships.filter(site__isnull=False).values("site_id")
    return Patient.objects.filter(Q(study_id__in=whole) | Q(site_id__in=some))
