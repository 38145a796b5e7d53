"""The request of somebody who is signed in; every page asks for that (LoginRequiredMiddleware)."""

from django.http import HttpRequest

from accounts.models import User


class PersonRequest(HttpRequest):
    """A request whose person is known."""

    user: User
