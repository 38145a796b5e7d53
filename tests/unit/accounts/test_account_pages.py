"""Sign-in without mail: what is not offered says who helps, and limits hit who tries, not everybody."""

import os
import subprocess
import sys
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough passphrase"


def code_for(secret: str) -> str:
    """The six digits that an authenticator application shows now."""
    return f"{hotp_value(secret, int(time.time()) // 30):06d}"


def signed_in(person: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": person.username, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def try_to_sign_in(name: str, *, behind: str = "203.0.113.1") -> str:
    headers = {"X-Forwarded-For": behind}
    answer = Client().post(
        reverse("account_login"), {"login": name, "password": "wrong"}, headers=headers
    )
    return answer.content.decode()


def test_a_forgotten_password_is_the_managers_matter_and_no_mail_is_sent() -> None:
    UserFactory(email="hanako@example.org")
    address = reverse("account_reset_password")
    assert "manager of your study can set" in Client().get(address).content.decode()
    for mailbox in ("hanako@example.org", "nobody@example.org"):
        assert Client().post(address, {"email": mailbox}).status_code == 405
    assert mail.outbox == []


def test_a_mail_address_is_kept_by_the_manager() -> None:
    client, address = signed_in(UserFactory()), reverse("account_email")
    assert "ask them to change it" in client.get(address).content.decode()
    asked = {"email": "other@example.org", "action_add": ""}
    assert client.post(address, asked).status_code == 405
    assert mail.outbox == []


def test_who_has_an_address_that_nobody_verified_may_set_up_a_second_factor() -> None:
    person = UserFactory(email="hanako@example.org")
    client, address = signed_in(person), reverse("mfa_activate_totp")
    secret = client.get(address).context["form"].secret
    client.post(address, {"code": code_for(secret)})
    kept = Authenticator.objects.filter(user=person).values_list("type", flat=True)
    assert set(kept) == {"totp", "recovery_codes"}


def test_a_password_alone_does_not_sign_in_who_has_a_second_factor() -> None:
    person = UserFactory()
    client, address = signed_in(person), reverse("mfa_activate_totp")
    secret = client.get(address).context["form"].secret
    client.post(address, {"code": code_for(secret)})
    again = Client()
    answer = again.post(reverse("account_login"), {"login": person.username, "password": PASSWORD})
    assert answer["Location"] == reverse("mfa_authenticate")
    assert again.get("/")["Location"].startswith(reverse("account_login"))
    wrong = again.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Incorrect code" in wrong.content.decode()
    assert again.get("/")["Location"].startswith(reverse("account_login"))


def test_many_wrong_passwords_pause_the_account() -> None:
    UserFactory(username="hanako")
    told = [try_to_sign_in("hanako") for _ in range(6)]
    assert "Too many failed" not in told[4]
    assert "Too many failed" in told[5]


def test_behind_the_proxy_many_attempts_from_one_place_pause_that_place_alone(settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    told = [try_to_sign_in(f"nobody{n}") for n in range(12)]
    assert "Too many failed" in told[-1]
    assert "Too many failed" not in try_to_sign_in("nobody", behind="203.0.113.2")


@pytest.mark.parametrize(("said", "proxies"), [("1", "1"), ("0", "0")])
def test_who_stands_before_the_proxy_is_believed_only_of_a_proxy_of_ours(
    said: str, proxies: str
) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from config.settings import *; print(ALLAUTH_TRUSTED_PROXY_COUNT)"],
        env={**os.environ, "YOGO_TRUSTED_PROXY": said},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == proxies


def test_a_storm_of_attempts_is_answered_with_a_sentence() -> None:
    for _ in range(30):
        try_to_sign_in("hanako")
    answer = Client().post(reverse("account_login"), {"login": "hanako", "password": "wrong"})
    assert answer.status_code == 429
    assert "Wait a little" in answer.content.decode()
