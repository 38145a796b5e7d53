"""What a person reads where only the database can refuse: constraint -> field, sentence."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "clinical_follow_up_not_before_index": (
        "contact_date",
        _("A contact cannot lie before the index date (first dose). Check both dates."),
    ),
    "clinical_progression_not_before_index": (
        "progression_date",
        _("A progression cannot lie before the index date (first dose). Check both dates."),
    ),
    "clinical_follow_up_not_in_future": (
        "contact_date",
        _("A contact cannot lie in the future. Enter the day on which it took place."),
    ),
    "clinical_follow_up_not_after_death": (
        "contact_date",
        _(
            "A contact cannot lie after the death of the patient. Check the date of death and this one."
        ),
    ),
    "clinical_follow_up_once_a_day": (
        "contact_date",
        _("There is already a contact on this day: correct that one."),
    ),
    "clinical_follow_up_one_death": ("status", _("This patient's death is already recorded.")),
    "clinical_index_date_not_in_future": (
        "index_date",
        _("The index date cannot lie in the future. Leave it empty until treatment has begun."),
    ),
    "clinical_index_date_before_follow_up": (
        "index_date",
        _("The index date cannot lie after a contact or progression that is already recorded."),
    ),
    "clinical_patient_subject_once_per_study": (
        "subject_id",
        _("This subject id is already in the study."),
    ),
    "clinical_patient_subject_once_whatever_case": (
        "subject_id",
        _("A subject id that differs only in capitals is already in the study."),
    ),
    "clinical_patient_subject_in_one_spelling": (
        "subject_id",
        _("A subject id has letters, digits, blanks and signs, but no slash and nothing unseen."),
    ),
    "clinical_index_date_plausible": (
        "index_date",
        _("The index date cannot lie before 1990: check the year."),
    ),
    "clinical_patient_site_and_cohort_of_the_study": (
        "site",
        _("The site and the cohort must belong to this study."),
    ),
    # Two people entering the same for the first time, at the same moment: the second is told.
    "clinical_filled_form_once": (
        "__all__",
        _("Somebody else has just filled this form. Reload the page and check it."),
    ),
    "clinical_filled_form_of_its_study": (
        "__all__",
        _("The study does not collect this form at this visit, or not as often."),
    ),
    "clinical_filled_form_as_defined": (
        "__all__",
        _("A value cannot be: the type, range or codes of its item do not allow it."),
    ),
    "clinical_filled_form_text_and_value": (
        "__all__",
        _("A value disagrees with the text that was given for it."),
    ),
    "clinical_filled_form_missing_code": (
        "__all__",
        _("A missing code is not one of the study, or stands beside a value."),
    ),
    "clinical_filled_form_state": (
        "__all__",
        _("An answer is marked as something that it is not."),
    ),
    "clinical_filled_form_confirmed": (
        "__all__",
        _("What is confirmed is no check of the form that asks, or stands without a reason."),
    ),
    "clinical_filled_form_voided_with_reason": (
        "reason",
        _("Say why this form is voided: the reason is kept in the trail."),
    ),
    "clinical_filled_form_voided_stays": (
        "__all__",
        _("A voided form does not change: restore it first."),
    ),
    "clinical_definition_once_published": (
        "__all__",
        _("A published definition does not change; amend it by a new version."),
    ),
    "clinical_definition_one_draft": ("__all__", _("This study already has a draft.")),
    "clinical_parts_of_one_definition": (
        "__all__",
        _("Parts of a definition may name only parts of the same definition."),
    ),
}
