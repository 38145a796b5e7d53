"""What third-party apps put into the admin portal about people is taken out again: roles are
memberships (studies.admin), not groups, and nobody reads or edits second factors by hand."""

import django.contrib.auth.admin  # noqa: F401 (all three register what is taken out below)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

for model in (Group, EmailAddress, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
