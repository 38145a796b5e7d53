"""How scripts prove who they are, and the denial that every view starts from."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import BasePermission

from accounts.models import ApiToken, User
from accounts.selectors import live_token
from accounts.services import note_token_use

if TYPE_CHECKING:  # rest_framework.views reads this module's names from the settings when it loads
    from rest_framework.request import Request
    from rest_framework.views import APIView


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer yogo_…`"""

    keyword = b"bearer"

    def authenticate(self, request: "Request") -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword:
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Write the header as: Authorization: Bearer TOKEN."))
        token = live_token(parts[1].decode("ascii", errors="replace"))
        if token is None:
            raise AuthenticationFailed(
                _(
                    "This token is not known, has expired, or was revoked. Ask a manager for a new one."
                )
            )
        note_token_use(token=token)
        return token.user, token

    def authenticate_header(self, request: "Request") -> str:
        return 'Bearer realm="Yogo"'


class DenyAll(BasePermission):
    """The default of every API view: closed until the view names its own permission."""

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        return False


class Pages(PageNumberPagination):
    """Lists come in pages of 100, at most 1,000 on request."""

    page_size_query_param = "page_size"
    max_page_size = 1000
