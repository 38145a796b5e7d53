"""How a version was trained, and what must be said beside it."""

from plausibility.checks import gettext_noop

CAUTIONS: dict[str, str] = {
    "immortal_time": gettext_noop(
        "This model reads values of some time after the first dose, but survival is counted from the "
        "first dose: who died before is not among these patients, so early survival looks better than it is "
        "(immortal time). It holds for patients who have lived to be measured."
    ),
    "validation_by_chance": gettext_noop(
        "On the validation cohort the concordance index cannot be told from 0.5: %(c)s (95 %% interval "
        "%(low)s to %(high)s; %(n)s patients, %(events)s events). The model is not shown to order new "
        "patients better than chance."
    ),
    "validation_backwards": gettext_noop(
        "On the validation cohort the model orders patients the wrong way round: the concordance index is "
        "%(c)s (95 %% interval %(low)s to %(high)s; %(n)s patients, %(events)s events)."
    ),
    "not_validated": gettext_noop(
        "There is no validation cohort with outcomes to check this model on."
    ),
    "out_of_bag_by_chance": gettext_noop(
        "The out-of-bag concordance index cannot be told from 0.5: on these patients the model predicts no "
        "better than chance."
    ),
    "calibration_validation": gettext_noop(
        "On the validation cohort predicted risks do not come true as predicted: the calibration slope is "
        "%(slopes)s (95 %% interval), where 1 is right (below 1 predictions are too extreme, above 1 too "
        "alike). Do not take the probabilities at their word."
    ),
    "calibration_out_of_bag": gettext_noop(
        "On the training patients, out-of-bag, predicted risks do not come true as predicted: the "
        "calibration slope is %(slopes)s (95 %% interval), where 1 is right (below 1 predictions are too "
        "extreme, above 1 too alike). Do not take the probabilities at their word."
    ),
}
"""Beside a model's probabilities (`ciri.training.cautions`)."""

OF_TRAINING: dict[str, str] = {
    "selected_on_these": gettext_noop(
        "The analytes were selected on the training patients themselves, so the out-of-bag concordance "
        "index is optimistic; judge the model by its validation cohort."
    ),
    "no_tree_splits": gettext_noop(
        "%(patients)d training patients are too few for leaves of %(leaf)d: no tree could split, and every "
        "patient has the same score."
    ),
    "cox_is_better": gettext_noop(
        "A penalised Cox model orders the validation patients better than this forest (C %(cox).3f against "
        "%(forest).3f): the simpler model may be enough."
    ),
    "cox_is_as_good": gettext_noop(
        "A penalised Cox model orders the validation patients as well as this forest (C %(cox).3f against "
        "%(forest).3f): the simpler model may be enough."
    ),
    "inputs_unknown": gettext_noop(
        "fewer than %(percent).0f%% of the model's analytes or of its covariates are known"
    ),
    "rarely_known": gettext_noop("known in fewer than %(percent).0f%% of the training patients"),
    "no_outcome": gettext_noop("no outcome"),
    "censored_at_once": gettext_noop("censored on day 0"),
}
"""How a model was made, and who and what was left out."""

YARDSTICKS: dict[str, str] = {
    "no_validation_for_cox": gettext_noop(
        "There is no validation cohort to compare with a penalised Cox model on; the nested "
        "cross-validation compares them."
    ),
    "no_clinical_factor": gettext_noop("No clinical factor is known for enough training patients."),
    "clinical_already": gettext_noop("This model is made of clinical factors alone."),
    "marker_unordered": gettext_noop("%(marker)s has no order."),
    "marker_too_few_events": gettext_noop(
        "%(marker)s is known for too few training patients with an event."
    ),
    "marker_not_fitted": gettext_noop("%(marker)s cannot be fitted: %(reason)s"),
    "too_few_events_scored": gettext_noop(
        "Only %(events)s patients with an event have both scores: too few to compare."
    ),
    "a_penalised_cox_model": gettext_noop("a penalised Cox model"),
    "clinical_factors_alone": gettext_noop("clinical factors alone"),
    "marker_alone": gettext_noop("%(marker)s alone"),
    "this_model": gettext_noop("this model"),
}
"""Why a model is not beside what it has to beat, and what that is called in a sentence."""
