"""What third-party apps put into the admin portal about people is taken out again: roles are
memberships in studies, not groups, and nobody reads or edits second factors by hand."""

from importlib import import_module

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

# Each registers its pages when it is loaded, which must come before they are taken out.
for pages in ("django.contrib.auth.admin", "allauth.account.admin", "allauth.mfa.admin"):
    import_module(pages)

for model in (Group, EmailAddress, Authenticator):
    admin.site.unregister(model)
