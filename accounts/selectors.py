"""Reads of people and tokens."""

import hashlib

from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiToken


def token_digest(secret: str) -> str:
    """SHA-256 of a token's secret. The secret has 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def live_token(secret: str) -> ApiToken | None:
    """The token that this secret opens, if it is neither revoked nor expired and its user is active."""
    return (
        ApiToken.objects.select_related("user")
        .filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()),
            secret_sha256=token_digest(secret),
            revoked_at__isnull=True,
            user__is_active=True,
        )
        .first()
    )
