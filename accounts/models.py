"""People and the tokens their scripts use."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain


class User(AbstractUser):
    """A person who signs in. What a person may do in a study, memberships say."""

    is_demonstration = models.BooleanField(
        _("demonstration account"),
        default=False,
        help_text=_("Made for the demonstration study; its password is printed at start-up."),
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(username=""), name="accounts_user_username_not_empty"
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Scope(models.TextChoices):
    READ = "read", _("read")
    EXPORT = "export", _("read and bulk export")


class ApiToken(models.Model):
    """A script's key. Only its SHA-256 is kept; the key itself is shown once, when it is made."""

    Scope = Scope

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(_("scope"), max_length=10, choices=Scope.choices)
    prefix = models.CharField(_("first characters"), max_length=12)
    secret_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        constraints = [constrain("scope", Scope, "accounts_token_scope_known")]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"
