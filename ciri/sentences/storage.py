"""What is wrong with a stored forest."""

from plausibility.checks import gettext_noop

FAULTS: dict[str, str] = {
    "array_of_another_kind": gettext_noop("the array %(array)s holds another kind of value"),
    "array_of_another_shape": gettext_noop("the array %(array)s has a wrong shape"),
    "no_trees": gettext_noop("it has no trees"),
    "no_lists": gettext_noop("nodes and rows are not lists"),
    "nodes_uncovered": gettext_noop("its trees do not cover its nodes"),
    "unknown_feature": gettext_noop("a feature is unknown"),
    "mortality_not_finite": gettext_noop("a mortality is not a finite number"),
    "threshold_not_a_number": gettext_noop("a threshold is not a number"),
    "leaf_with_child": gettext_noop("a leaf has a child"),
    "child_misplaced": gettext_noop("a child lies before its parent or outside its tree"),
    "parents_not_one": gettext_noop("a node has no parent, or more than one"),
    "row_ends_outside": gettext_noop("a training row ends outside its tree"),
    "row_ends_inside": gettext_noop("a training row ends inside a tree"),
    "training_time_not_positive": gettext_noop("a training time is not positive"),
    "training_without_event": gettext_noop("no training row has an event"),
}
