"""What a person reads where only the database can refuse: constraint -> field, sentence."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "assays_specimen_of_a_visit": (
        "timepoint",
        _(
            "A specimen belongs to a visit of the study, and the study has none of this name. The page of forms lists "
            "its visits."
        ),
    ),
}
