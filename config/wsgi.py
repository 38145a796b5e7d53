"""The web server's entry."""

import os

from django.core.wsgi import get_wsgi_application

from config.charset import in_one_charset

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = in_one_charset(get_wsgi_application())
