"""Pages of the account that would need mail. Yogo sends none; they say who helps instead."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
@login_not_required
def forgotten_password(request: HttpRequest) -> HttpResponse:
    return render(request, "account/password_reset.html")


@require_safe
def mail_address(request: HttpRequest) -> HttpResponse:
    return render(request, "account/email.html")
