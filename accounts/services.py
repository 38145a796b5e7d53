"""Writes about people and tokens."""

import secrets
from datetime import timedelta

from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.selectors import token_digest

LAST_USED_RESOLUTION = timedelta(minutes=1)


def create_token(*, user: User, name: str, scope: str) -> tuple[ApiToken, str]:
    """Make a token for `user`. Returns the row and the secret, which is not kept anywhere."""
    if scope not in ApiToken.Scope.values:
        raise ValueError(f"The scope {scope!r} is not known; use one of {ApiToken.Scope.values}.")
    secret = "yogo_" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name, scope=scope, prefix=secret[:10], secret_sha256=token_digest(secret)
    )
    return token, secret


def revoke_token(*, token: ApiToken) -> None:
    """End a token for good."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())


def note_token_use(*, token: ApiToken) -> None:
    """Remember that a token was used, at most once a minute, so that reads stay reads."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_RESOLUTION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
