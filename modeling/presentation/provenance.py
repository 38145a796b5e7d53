"""On whom a figure, a table or a number rests, in words that go wherever it goes.

Nothing about a version is shown, filed or answered without this: `figures.tell` refuses a figure that does not
say it, and tests walk every figure, table and answer.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modeling.models import ModelVersion, Score
from modeling.selectors.visits import day_of_visit
from modeling.sentences import of_method

Provenance = Callable[[ModelVersion], str]


def out_of_bag(version: ModelVersion) -> str:
    """Training patients, each by the trees that left the patient out."""
    return _of(version, _("Training patients, out-of-bag."), _say_chosen(version))


def validation(version: ModelVersion) -> str:
    """Patients of the validation cohort."""
    return _of(version, _("Validation cohort: these patients took no part in training."))


def everybody(version: ModelVersion) -> str:
    """Both, one beside the other or together."""
    both = _("Training patients (out-of-bag) and validation cohort.")
    return _of(version, both, _say_chosen(version))


def ranking(version: ModelVersion) -> str:
    """Training patients who rank, select and grow."""
    who = _("Training patients: the forest was grown on them.")
    if selects(version):
        who = _("Training patients: they rank and choose the analytes, so they cannot judge them.")
    return _of(version, who)


def nested(version: ModelVersion) -> str:
    """Training patients, each by forests whose selection, too, left the patient out."""
    return _of(version, _("Training patients, each held out of selection and forest in turn."))


def dataset(version: ModelVersion) -> str:
    """Patients of the dataset, seen by all trees."""
    who = _(
        "All patients of the dataset, by all trees, also those grown on them: how the model answers, not how "
        "good it is."
    )
    return _of(version, who)


def choose(basis: str) -> Provenance:
    """The provenance of a basis as the report names it."""
    return validation if basis == "validation" else out_of_bag


def of_score(version: ModelVersion, basis: str) -> str:
    """How one patient's score came about."""
    return _of(version, how_scored(version, basis))


def how_scored(version: ModelVersion, basis: str) -> str:
    """The same without what the version's cautions say already, for a page that shows them beside it."""
    if basis == Score.Basis.PREDICTION:
        return _("Prediction: the patient took no part in training.")
    who = _("Out-of-bag: by the trees that did not see this training patient.")
    if basis == Score.Basis.CHANGED:
        who = _(
            "Out-of-bag: by the trees that did not see this training patient, whose values have changed "
            "since the training."
        )
    return (
        f"{who} {_('The patient is among those who chose the analytes.')}"
        if selects(version)
        else who
    )


def selects(version: ModelVersion) -> bool:
    """Whether analytes were chosen on the training patients."""
    return bool(version.specification.body.get("analytes", {}).get("keep"))


def _say_chosen(version: ModelVersion) -> str:
    """What the training patients have decided, which makes figures of them too favourable."""
    cut = version.specification.body.get("cutoff") == "logrank"
    if selects(version) and cut:
        return _(
            "Training patients also chose the analytes and the cut-off: C, hazard ratios and p of theirs are "
            "too favourable."
        )
    if selects(version):
        return _(
            "Training patients also chose the analytes: C, hazard ratios and p of theirs are too favourable."
        )
    if cut:
        return _(
            "Training patients also chose the cut-off: hazard ratios and p of theirs are too favourable."
        )
    return ""


def _say_day(day: int) -> str:
    weeks, days = divmod(day, 7)
    if days:
        return ngettext("%(n)d day", "%(n)d days", day) % {"n": day}
    return ngettext("%(n)d week", "%(n)d weeks", weeks) % {"n": weeks}


def _of(version: ModelVersion, *sentences: Any) -> str:
    late, day = "", day_of_visit(version)
    if day is not None and day > 0:
        late = _(
            "Survival counts from the first dose, yet only who lived to the measurement at %(when)s is here "
            "(immortal time)."
        ) % {"when": _say_day(day)}
    return " ".join(str(sentence) for sentence in (*sentences, late) if sentence)


def count_left_out(version: ModelVersion) -> list[tuple[str, int]]:
    """Why patients of the study are not in the dataset, and how many for each reason."""
    reasons = Counter(str(of_method(one["reason"])) for one in version.dataset.left_out)
    return reasons.most_common()
