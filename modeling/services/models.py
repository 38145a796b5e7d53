"""Defining a model: a name and its specification, version by version."""

from typing import Any

from django.utils.translation import gettext

from accounts.models import User
from audit.recording import record
from ciri import Specification, SpecificationError, parse_specification
from clinical.selectors.definitions import collected_by
from clinical.selectors.visits import visits_of
from modeling.models import ModelSpecification, PrognosticModel
from modeling.selectors.covariates import unread_covariates
from modeling.selectors.inputs import unknown_analytes
from modeling.selectors.visits import find_visit, say_no_such_visit
from sentences import Sentence
from sentences import storable as _
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused, explain_refusals
from studies.selectors.access import require


def define_model(
    *, study: Study, name: str, body: dict[str, Any], by: User | None
) -> ModelSpecification:
    """State what a model is meant to be. A changed statement becomes the next specification of the
    same model; the same statement again changes nothing and returns the one that stands."""
    require(by, study, Capability.DEFINE_MODELS)
    try:
        specification = parse_specification(body)
    except SpecificationError as error:
        raise Refused({"specification": error.sentences(gettext)}) from error
    refuse_what_is_not_there(study, specification)
    with record(by=by, reason=Sentence("modeling.defined", model=name)), explain_refusals():
        model = PrognosticModel.objects.select_for_update().filter(study=study, name=name).first()
        if model is None:
            model = PrognosticModel(study=study, name=name)
            model.full_clean()
            model.save()
        newest = model.specifications.order_by("-number").first()
        if newest is not None and _says_the_same(newest, specification):
            return newest
        return ModelSpecification.objects.create(
            model=model,
            number=newest.number + 1 if newest else 1,
            body=specification.to_dict(),
            content_hash=specification.content_hash,
            created_by=by,
        )


def _says_the_same(stated: ModelSpecification, specification: Specification) -> bool:
    """By the same words, and of the same visit: another one may be called so since."""
    visit = find_visit(visits_of(stated.model.study_id), stated)
    return stated.content_hash == specification.content_hash and visit == specification.timepoint


def refuse_what_is_not_there(study: Study, specification: Specification) -> None:
    """Refuse analytes that the catalogue does not hold, covariates that cannot be read in the study, and a visit that it
    does not have."""
    wrong = unread_covariates(specification, collected_by(study))
    if no_visit := say_no_such_visit(study, specification):
        wrong.append(no_visit)
    if unknown := unknown_analytes(specification):
        wrong.insert(
            0,
            _(
                "The catalogue of analytes does not hold %(names)s. Name analytes by gene symbol, or add "
                "them in the admin portal first."
            )
            % {"names": ", ".join(unknown[:10])},
        )
    if wrong:
        raise Refused({"specification": wrong})
