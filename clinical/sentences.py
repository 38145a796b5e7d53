"""What is wrong with a mapping of a clinical file, in words: code -> sentence."""

from django.utils.translation import gettext_noop

OF_MAPPINGS = {
    "subject_column": gettext_noop("name the column that holds the subject id."),
    "contacts_only": gettext_noop(
        "a file with a row per contact holds subject_id and follow_up only."
    ),
    "one_follow_up": gettext_noop("a file with a row per contact needs one follow_up section."),
    "survival_or_follow_up": gettext_noop("give either survival or follow_up, not both."),
    "cohort_kind": gettext_noop("“%(code)s” is “%(kind)s”; use one of %(kinds)s."),
    "place_name_too_long": gettext_noop("a name has at most %(n)d characters."),
    "place_name_taken": gettext_noop("“%(name)s” is the name or the code of another one as well."),
    "overall_survival": gettext_noop("name the duration and the event of overall survival."),
    "duration_unit": gettext_noop("name its unit: days, weeks, months or years."),
    "duration_and_event": gettext_noop("name both duration and event."),
    "contact": gettext_noop("a contact needs date and status."),
}
