"""How scripts prove who they are, and the denial that every view starts from."""

import re
from typing import TYPE_CHECKING, Any

from django.db.models import IntegerField
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotFound
from rest_framework.pagination import CursorPagination
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


class Pages(CursorPagination):
    """Lists come in pages of 100, at most 1,000 on request, each going on after the last row of the one before:
    rows that are entered or taken away meanwhile make no other row come twice, or not at all.

    The view's `ordering` names one field that is unique in the list and does not change.
    """

    page_size_query_param = "page_size"
    max_page_size = 1000
    invalid_cursor_message: Any = _(
        "This is no cursor of this list: begin without one, then follow the link “next”."
    )
    by_number = False

    def get_ordering(self, request: "Request", queryset: Any, view: Any) -> tuple[str, ...]:
        field = view.ordering.removeprefix("-")
        self.by_number = isinstance(queryset.model._meta.get_field(field), IntegerField)
        return (view.ordering,)

    def decode_cursor(self, request: "Request") -> Any:
        """A position is the last row's value; anything else was not made by us."""
        found = super().decode_cursor(request)
        position = None if found is None else found.position
        if position is not None and not self._can_be(str(position)):
            raise NotFound(self.invalid_cursor_message)
        return found

    def _can_be(self, position: str) -> bool:
        if self.by_number:
            return re.fullmatch(r"[0-9]{1,18}", position) is not None
        return "\0" not in position
