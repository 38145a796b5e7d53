"""The demonstration accounts: one per role, with passwords that only this installation knows.

A password is derived from the installation's secret key, so it can be printed at every start and is
stored nowhere in clear. The salt of the stored hash is derived likewise: while it is there, the
password is still ours, and telling so costs no slow hash.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import identify_hasher, make_password

from accounts.models import User
from studies.models import Membership

Role = Membership.Role
DOMAIN = "demo.invalid"


@dataclass(frozen=True)
class DemoAccount:
    """A person of the demonstration study; `site` is the code of the one site they belong to."""

    username: str
    first_name: str
    last_name: str
    role: str
    site: str | None = None
    is_staff: bool = False


ACCOUNTS = (
    DemoAccount("demo.coordinator", "Chie", "Coordinator", Role.COORDINATOR, site="A"),
    DemoAccount("demo.lab", "Leo", "Laboratory", Role.LABORATORY),
    DemoAccount("demo.stat", "Sae", "Statistician", Role.STATISTICIAN),
    DemoAccount("demo.investigator", "Ichiro", "Investigator", Role.INVESTIGATOR),
    DemoAccount("demo.monitor", "Mio", "Monitor", Role.MONITOR),
    DemoAccount("demo.manager", "Mari", "Manager", Role.MANAGER, is_staff=True),
)


def _derive(purpose: str, username: str) -> bytes:
    key, message = settings.SECRET_KEY.encode(), f"demonstration {purpose}: {username}".encode()
    return hmac.new(key, message, hashlib.sha256).digest()


def password_of(username: str) -> str:
    """Four groups of four letters and digits (80 random bits)."""
    text = base64.b32encode(_derive("password", username)).decode().lower()
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def _salt_of(username: str) -> str:
    return base64.b32encode(_derive("salt", username)).decode().rstrip("=")[:32]


def create_account(account: DemoAccount) -> User:
    """Make a demonstration account with its derived password."""
    return User.objects.create(
        username=account.username,
        first_name=account.first_name,
        last_name=account.last_name,
        email=f"{account.username}@{DOMAIN}",
        is_staff=account.is_staff,
        is_demonstration=True,
        password=make_password(password_of(account.username), salt=_salt_of(account.username)),
    )


def show_password(user: User) -> str:
    """The password to print for a demonstration account, or why there is none to print."""
    if not user.is_active:
        return "(switched off)"
    password = password_of(user.username)
    if has_derived_salt(user) or user.check_password(password):
        return password
    return "(password changed)"


def has_derived_salt(user: User) -> bool:
    """Whether the stored hash is the one that `create_account` wrote."""
    try:
        salt = identify_hasher(user.password).decode(user.password)["salt"]
    except (ValueError, KeyError):
        return False
    return hmac.compare_digest(str(salt), _salt_of(user.username))


def describe_accounts() -> list[dict[str, str]]:
    """Role, user name and password of each demonstration account, in the order of ACCOUNTS."""
    users = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    return [
        {
            "role": str(Role(account.role).label),
            "username": account.username,
            "password": show_password(users[account.username]),
        }
        for account in ACCOUNTS
        if account.username in users
    ]
