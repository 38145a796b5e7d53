"""A specification in sentences that a clinician can object to."""

from plausibility.checks import gettext_noop

DESCRIPTIONS: dict[str, str] = {
    "predicts": gettext_noop(
        "Predicts %(endpoint)s from what is known %(when)s, trained on %(cohorts)s."
    ),
    "predicts_and_validated": gettext_noop(
        "Predicts %(endpoint)s from what is known %(when)s, trained on %(cohorts)s; it is validated on "
        "%(others)s."
    ),
    "overall_survival": gettext_noop("overall survival"),
    "progression_free_survival": gettext_noop("progression-free survival"),
    "before_treatment": gettext_noop("before treatment"),
    "early_during_treatment": gettext_noop("early during treatment (6 weeks)"),
    "at_visit": gettext_noop("at the visit “%(visit)s”"),
    "inputs_are": gettext_noop("Its inputs are %(factors)s."),
    "keeps": gettext_noop("It keeps %(analytes)s."),
    "keeps_and_adds": gettext_noop("It keeps %(analytes)s, and adds %(factors)s."),
    "clinical_factor": gettext_noop("%(n)d clinical factor (%(factors)s)"),
    "clinical_factors": gettext_noop("%(n)d clinical factors (%(factors)s)"),
    "all_analytes": gettext_noop("all measured analytes"),
    "named_candidates": gettext_noop("%(n)d named candidates"),
    "most_often_best": gettext_noop(
        "the %(keep)d analytes of %(pool)s that are most often among the best %(keep)d, ranked on "
        "%(resamples)d subsamples of the training patients"
    ),
    "often_among_best": gettext_noop(
        "those of %(pool)s that are among the best %(keep)d in at least %(percent).0f%% of rankings, ranked "
        "on %(resamples)d subsamples of the training patients"
    ),
    "values_become": gettext_noop(
        "%(scale)s; a value below the lower limit of quantification becomes %(below)s, one above the upper "
        "limit becomes that limit; repeated measurements are %(repeats)s."
    ),
    "as_log2": gettext_noop("Concentrations enter as log2"),
    "as_they_are": gettext_noop("Values enter as they are (already on a log2 scale)"),
    "half_the_limit": gettext_noop("half that limit"),
    "limit_over_root_two": gettext_noop("that limit divided by the square root of two"),
    "the_limit": gettext_noop("that limit"),
    "averaged": gettext_noop("averaged on the model's scale"),
    "first_measured": gettext_noop("reduced to the first one measured"),
    "missing_native": gettext_noop(
        "Missing values are sent by each split to the side that separates best."
    ),
    "missing_median": gettext_noop(
        "Missing values take the training median, and an indicator says so."
    ),
    "forest_of": gettext_noop(
        "A random survival forest of %(trees)s trees with at least %(leaf)d patients in a leaf, each tree "
        "grown on %(sample)s of the patients, tries %(features)s at each split (seed %(seed)d); importance "
        "is %(importance)s."
    ),
    "bootstrap_sample": gettext_noop("a bootstrap sample"),
    "subsample": gettext_noop("63.2 %%"),
    "all_features": gettext_noop("all features"),
    "root_of_features": gettext_noop("the square root of their number of features"),
    "log2_of_features": gettext_noop("log2 of their number of features"),
    "number_of_features": gettext_noop("%(n)d features"),
    "share_of_features": gettext_noop("%(percent).0f%% of features"),
    "one_permutation": gettext_noop("the mean of 1 out-of-bag permutation"),
    "permutations": gettext_noop("the mean of %(n)d out-of-bag permutations"),
    "groups_cut_at": gettext_noop(
        "Groups are cut at %(cutoff)s of the out-of-bag training scores; survival is given at %(months)s "
        "months."
    ),
    "the_median": gettext_noop("the median"),
    "the_tertiles": gettext_noop("the tertiles"),
    "the_log_rank_cut": gettext_noop(
        "the maximally selected log-rank cut (between the 10th and 90th percentile)"
    ),
    "not_cross_validated": gettext_noop("It is not cross-validated."),
    "cross_validated": gettext_noop(
        "It is cross-validated in %(folds)d folds, everything from transform to selection made anew inside "
        "each."
    ),
    "cross_validated_often": gettext_noop(
        "It is cross-validated %(repeats)d times in %(folds)d folds, everything from transform to selection "
        "made anew inside each."
    ),
    "due_again": gettext_noop(
        "It is due again after %(deaths)d new deaths or %(patients)d new patients, and a retrained version "
        "%(decision)s."
    ),
    "takes_over": gettext_noop(
        "takes over at once when its concordance on the validation patients is not lower"
    ),
    "waits_for_signature": gettext_noop("waits for a signature"),
    "with_tolerance": gettext_noop("%(decision)s (tolerance %(tolerance)g)"),
}
