"""Why survival of groups is not compared."""

from plausibility.checks import gettext_noop

OF_GROUPS: dict[str, str] = {
    "one_group": gettext_noop("There is only one group."),
    "one_group_to_compare": gettext_noop(
        "There is only one group, so there is nothing to compare."
    ),
    "no_event_to_compare": gettext_noop("Nobody had an event, so survival cannot be compared."),
    "never_together_at_risk": gettext_noop("The groups were never at risk at the same time."),
    "no_event_in_group": gettext_noop("Nobody in the group %(group)s had an event."),
    "no_event_in_reference": gettext_noop("Nobody in the reference group %(group)s had an event."),
    "follow_up_ends": gettext_noop("Follow-up ends at %(last)g, before %(horizon)g."),
    "only_one_event": gettext_noop("Only 1 event: too few to compare survival."),
    "few_events": gettext_noop("Only %(events)d events: too few to compare survival."),
    "nobody_good": gettext_noop("Nobody here has a good prognosis, so there is no comparison."),
    "nobody_poor": gettext_noop("Nobody here has a poor prognosis, so there is no comparison."),
    "cox_singular": gettext_noop(
        "What is compared is the same for all who were at risk together, or one part of it follows from the "
        "others, so hazard ratios cannot be told apart."
    ),
    "cox_unbounded": gettext_noop(
        "What is compared foretells the order of events without exception, so a hazard ratio has no finite "
        "estimate."
    ),
    "cox_unfinished": gettext_noop("The Cox model did not converge."),
    "cox_no_event": gettext_noop("Nobody had an event, so a Cox model cannot be fitted."),
}
