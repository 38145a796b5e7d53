"""What models say: code -> sentence."""

from django.utils.translation import gettext_noop

SENTENCES = {
    "defined": gettext_noop("definition of %(model)s"),
    "training_asked_for": gettext_noop("training of %(model)s asked for"),
    "compiling": gettext_noop("Compiling the method, once after an installation"),
    "comparing": gettext_noop("Comparing with the version in use"),
    "reading_patients": gettext_noop("Reading the patients"),
    "scoring": gettext_noop("Scoring"),
    "explaining": gettext_noop("Explaining the scores"),
    "overtaken": gettext_noop(
        "Withdrawn: version %(version)d was overtaken by version %(newest)d."
    ),
    "rejected": gettext_noop("Withdrawn: version %(version)d was rejected."),
    "by_gate": gettext_noop("gate: %(why)s"),
    "changed_on": gettext_noop("%(plate)s: %(why)s"),
    "first_version": gettext_noop("There was no version in use before this one."),
    "champion_unreadable": gettext_noop(
        "The version in use cannot be read by this version of Yogo: %(why)s"
    ),
    "champion_predicts_another": gettext_noop(
        "The version in use predicts another endpoint or timepoint."
    ),
    "champion_cannot_score": gettext_noop(
        "The version in use cannot score these patients: %(why)s"
    ),
    "nobody_held_out": gettext_noop("There are no held-out patients with an event to compare on."),
    "compared_with_champion": gettext_noop(
        "On the same %(patients)d held-out patients (%(events)d events) the concordance index is "
        "%(challenger_c).3f; that of version %(champion)d, in use, is %(champion_c).3f (tolerance "
        "%(tolerance)g)."
    ),
}
