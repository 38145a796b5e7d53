"""A token opens the API while it lives, for as long as its person may sign in."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.views import APIView

from accounts.api import DenyAll, TokenAuthentication
from accounts.models import ApiToken
from accounts.selectors import live_token
from accounts.services import create_token, note_token_use, revoke_token
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> tuple[ApiToken, str]:
    return create_token(user=UserFactory(), name="R on my laptop", scope="read")


def change(token: ApiToken, **fields: object) -> None:
    ApiToken.objects.filter(pk=token.pk).update(**fields)


def authenticate(header: str | None) -> object:
    headers = {} if header is None else {"Authorization": header}
    request = RequestFactory().get("/api/", headers=headers)
    return TokenAuthentication().authenticate(request)  # type: ignore[arg-type]


def test_the_secret_is_long_told_once_and_not_kept(made: tuple[ApiToken, str]) -> None:
    token, secret = made
    assert secret.startswith("yogo_")
    assert len(secret) >= 48
    assert secret not in {str(value) for value in ApiToken.objects.values().get().values()}
    assert token.prefix == secret[:10]
    assert (token.name, token.scope) == ("R on my laptop", "read")
    assert live_token(secret) == token


def test_two_tokens_have_two_secrets(made: tuple[ApiToken, str]) -> None:
    other, secret = create_token(user=made[0].user, name="second", scope="export")
    assert secret != made[1]
    assert live_token(secret) == other
    assert live_token(made[1]) == made[0]


def test_a_scope_that_does_not_exist_is_refused(made: tuple[ApiToken, str]) -> None:
    with pytest.raises(ValueError, match="not known"):
        create_token(user=made[0].user, name="x", scope="write")


def test_another_secret_opens_nothing(made: tuple[ApiToken, str]) -> None:
    assert live_token(made[1] + "x") is None
    assert live_token("") is None


def test_a_token_ends_at_its_day(made: tuple[ApiToken, str]) -> None:
    token, secret = made
    change(token, expires_at=timezone.now() + timedelta(seconds=30))
    assert live_token(secret) == token
    change(token, expires_at=timezone.now() - timedelta(seconds=1))
    assert live_token(secret) is None


def test_a_revoked_token_opens_nothing_and_keeps_the_moment_of_the_first_time(
    made: tuple[ApiToken, str],
) -> None:
    token, secret = made
    other, other_secret = create_token(user=token.user, name="other", scope="read")
    revoke_token(token=token)
    token.refresh_from_db()
    first = token.revoked_at
    assert first is not None
    assert live_token(secret) is None
    revoke_token(token=token)
    token.refresh_from_db()
    assert token.revoked_at == first
    assert live_token(other_secret) == other


def test_a_token_of_a_closed_account_opens_nothing(made: tuple[ApiToken, str]) -> None:
    made[0].user.is_active = False
    made[0].user.save()
    assert live_token(made[1]) is None


def test_the_header_names_the_scheme_and_one_token(made: tuple[ApiToken, str]) -> None:
    token, secret = made
    assert authenticate(f"Bearer {secret}") == (token.user, token)
    assert authenticate(f"bearer {secret}") == (token.user, token)
    assert authenticate(None) is None
    assert authenticate(f"Basic {secret}") is None
    for wrong in ("Bearer", f"Bearer {secret} more", "Bearer nonsense"):
        with pytest.raises(AuthenticationFailed):
            authenticate(wrong)
    assert TokenAuthentication().authenticate_header(None).startswith("Bearer")  # type: ignore[arg-type]


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(made: tuple[ApiToken, str]) -> None:
    token, secret = made
    authenticate(f"Bearer {secret}")
    token.refresh_from_db()
    assert token.last_used_at is not None
    for ago, noted in ((timedelta(seconds=50), False), (timedelta(seconds=70), True)):
        when = timezone.now() - ago
        change(token, last_used_at=when)
        token.refresh_from_db()
        note_token_use(token=token)
        token.refresh_from_db()
        assert (token.last_used_at != when) is noted


def test_only_the_token_that_was_used_is_noted(made: tuple[ApiToken, str]) -> None:
    other, _ = create_token(user=made[0].user, name="other", scope="read")
    note_token_use(token=made[0])
    other.refresh_from_db()
    assert other.last_used_at is None


def test_a_view_that_names_no_permission_is_closed() -> None:
    assert DenyAll().has_permission(None, APIView()) is False  # type: ignore[arg-type]
