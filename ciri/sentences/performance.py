"""What is remarked of the performance of one model, and of two."""

from plausibility.checks import gettext_noop

EVALUATIONS: dict[str, str] = {
    "without_prediction": gettext_noop("%(n)d of %(all)d patients have no prediction; left out."),
    "predicts_none_at": gettext_noop(
        "The model predicts no survival at %(times)s, so it is left out."
    ),
    "same_score_for_all": gettext_noop(
        "Every patient has the same score, so it cannot order anybody."
    ),
    "brier_needs_two_times": gettext_noop("An integrated Brier score needs at least two times."),
    "nobody_after": gettext_noop(
        "Nobody is under observation after %(times)s, so nothing is estimated there."
    ),
    "uncensored_unknown_at": gettext_noop(
        "How many are uncensored at %(times)s is not known, so nothing is estimated there."
    ),
    "no_event_by": gettext_noop(
        "Nobody had had an event by %(times)s, so there is no AUC or calibration there."
    ),
    "calibration_needs_events": gettext_noop(
        "Calibration needs at least %(fewest)d events, so it is not judged."
    ),
    "same_risk_for_all_at": gettext_noop(
        "Every patient has the same predicted risk at %(times)s, so there is no calibration curve there."
    ),
    "calibration_unfitted_at": gettext_noop(
        "Calibration is not known at %(times)s: a Cox model of the outcome on predicted risk has no maximum "
        "there."
    ),
    "training_unknown": gettext_noop(
        "It is not known whom this model was fitted on: of patients that it has seen, every figure is "
        "optimistic."
    ),
    "fitted_on_some": gettext_noop(
        "The model was fitted on %(n)d of these %(all)d patients, known by their values, and a Cox model has "
        "no out-of-bag prediction: the figures are optimistic."
    ),
    "grown_on_all": gettext_noop(
        "The forest was grown on these patients, so every prediction is out-of-bag."
    ),
    "grown_on_some": gettext_noop(
        "The forest was grown on %(n)d of these %(all)d patients: those are predicted out-of-bag, the others "
        "as new patients."
    ),
    "twins": gettext_noop(
        "%(n)d of %(all)d patients have the values and outcome of several training patients and could not be "
        "told apart; each is predicted out-of-bag as one of these."
    ),
    "followed_for_longer": gettext_noop(
        "%(n)d of %(all)d patients have the values of a training patient but another outcome, such as a "
        "longer follow-up; they are predicted out-of-bag too."
    ),
    "values_altered": gettext_noop(
        "%(n)d of %(all)d patients have the outcome of a training patient, row by row, but other values; "
        "they are predicted out-of-bag as that patient."
    ),
    "doubtful": gettext_noop(
        "%(n)d of %(all)d patients have the values of training patients but another outcome, and could not "
        "be told from them; they are predicted as new patients, which is optimistic if they are the same."
    ),
    "wrong_way_round": gettext_noop(
        "The C-index is %(c).3f: the scores order the patients the wrong way round. %(hint)s"
    ),
    "turn_the_sign": gettext_noop(
        "A risk must be higher the earlier the event; turn the sign of a predicted survival time, or of a "
        "survival in percent."
    ),
    "seem_to_be_survival": gettext_noop(
        "Scores between 0 and 1 that do so are survival probabilities as a rule. %(instead)s"
    ),
    "survival_is_no_risk": gettext_noop(
        " Survival by patients and times is not a risk. %(instead)s"
    ),
    "give_risk_instead": gettext_noop(
        "A risk is higher the earlier the event: give the mortality that a model predicts, or 1 less the "
        "survival probability at one time."
    ),
}
"""Of a model's performance, to be seen before the figures."""

COMPARISONS: dict[str, str] = {
    "too_few_to_compare": gettext_noop(
        "Too few patients can be compared to tell which model orders them better."
    ),
    "orders_better": gettext_noop(
        "%(better)s orders these patients better than %(worse)s: C of %(second)s differs by %(value)+.3f "
        "(%(percent).0f%% interval %(low)+.3f to %(high)+.3f)."
    ),
    "not_shown_to_differ": gettext_noop(
        "%(second)s is not shown to order these patients better or worse than %(first)s: C differs by "
        "%(value)+.3f (%(percent).0f%% interval %(low)+.3f to %(high)+.3f)."
    ),
    "gains_of_noise": gettext_noop(
        "NRI and IDI can rise when a model gains nothing but noise, or is badly calibrated (Pepe et al. "
        "2015; Hilden & Gerds 2014): judge by the difference in C, the Brier score and calibration first."
    ),
    "of_model": gettext_noop("%(model)s: %(said)s"),
    "of_first_model": gettext_noop("First model: %(said)s"),
    "of_second_model": gettext_noop("Second model: %(said)s"),
    "halves_of_scores": gettext_noop("Groups are the halves of each score among these patients."),
    "one_predicts_none_at": gettext_noop("A model predicts no survival at %(times)s; left out."),
    "without_both": gettext_noop("%(n)d of %(all)d patients lack a prediction; left out."),
    "no_survival_of_both": gettext_noop(
        "Without the survival that both models predict there is no NRI and no IDI."
    ),
    "no_pair": gettext_noop("No two patients can be compared (too few events), so there is no C."),
}
"""Of two models on the same patients."""
