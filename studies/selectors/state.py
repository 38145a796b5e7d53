"""What a row held when a form was opened, so that two people do not overwrite each other unseen."""

import hashlib
import json

from django.db import models


def state_token(row: models.Model | None) -> str:
    """A short digest of a row's values; "new" for a row that is not there yet."""
    if row is None or row.pk is None:
        return "new"
    values = {
        field.attname: str(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if not field.generated
    }
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:20]
