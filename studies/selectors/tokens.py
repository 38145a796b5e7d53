"""What an API token reaches: one study, and in it no more than its user may."""

from django.db.models import QuerySet

from accounts.models import ApiToken
from studies.models import Study
from studies.selectors.access import studies_visible_to


def studies_reached_by(token: ApiToken) -> QuerySet[Study]:
    """The study of a token, as long as its user still has a role in it; else none."""
    return studies_visible_to(token.user).filter(token_grants__token=token)
