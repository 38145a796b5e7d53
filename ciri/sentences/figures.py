"""What stands in the place of a picture that cannot be drawn."""

from plausibility.checks import gettext_noop

FIGURES: dict[str, str] = {
    "risks_not_compared": gettext_noop(
        "Predicted and observed risk cannot be compared: there are too few events, or everybody has the same "
        "predicted risk."
    ),
    "none_in_common": gettext_noop(
        "%(first)s and %(second)s have no patients in common to be compared on."
    ),
    "no_analytes": gettext_noop("This model has no analytes for its score to correlate with."),
    "not_correlated": gettext_noop(
        "The score cannot be correlated: it is the same for everybody, or too few are measured."
    ),
    "no_net_benefit": gettext_noop(
        "Net benefit cannot be estimated: nobody was followed up to a horizon."
    ),
    "no_strata": gettext_noop("There are no strata to compare the prognosis groups in."),
    "no_hazard_ratio": gettext_noop("No hazard ratio can be estimated."),
    "without_hazard_ratio": gettext_noop("no hazard ratio"),
    "nothing_carries": gettext_noop(
        "No feature carries the forest: permuting any of them changes nothing."
    ),
    "nobody_scored": gettext_noop("No patient with an outcome was scored, so there is no curve."),
    "flat_curves": gettext_noop("Nobody has had an event yet, so the curves would be flat."),
    "no_depth": gettext_noop("No tree of this forest could split, so no feature has a depth."),
    "no_time_for_auc": gettext_noop(
        "There is no time at which patients with and without an event can be compared."
    ),
    "no_time_to_check": gettext_noop("There is no time at which predictions can be checked."),
    "feature_unknown": gettext_noop("%(feature)s is unknown in every patient, so nothing varies."),
    "feature_constant": gettext_noop("%(feature)s has the same value in every patient."),
    "not_explained": gettext_noop(
        "This patient has no score of trees that did not know it, so none can be explained."
    ),
    "nothing_moves_this": gettext_noop(
        "No feature moves this score: the forest gives every patient the same one."
    ),
    "nothing_to_rank": gettext_noop("No feature moves any score, so there is nothing to rank."),
    "too_few_explained": gettext_noop(
        "A cohort's picture needs at least two patients whose scores can be explained."
    ),
    "nothing_moves_any": gettext_noop(
        "No feature moves any score: the forest gives every patient the same one."
    ),
    "nothing_ranked": gettext_noop("No analytes were ranked on resamples, so nothing was counted."),
    "none_among_best": gettext_noop(
        "No analyte came out among the best in any resample: none is better than chance."
    ),
    "no_tradeoff": gettext_noop("No trade-off was computed for this model."),
    "one_size_tried": gettext_noop(
        "Only one number of analytes was tried: %(k)d, with an out-of-bag C of %(c).3f."
    ),
}
