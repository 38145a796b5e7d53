"""Defining a model: a name and its specification, version by version."""

from typing import Any

from django.utils.translation import gettext

from accounts.models import User
from audit.recording import recorded
from ciri import CiriError, Specification, SpecificationError, parse_specification
from ciri.covariates.covariate import find_covariate
from modeling.models import ModelSpecification, PrognosticModel
from modeling.selectors.inputs import COVARIATES, unknown_analytes
from sentences import Sentence, of_error
from sentences import storable as _
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused, explained
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
    _refuse_unknown_covariates(specification)
    if unknown := unknown_analytes(specification):
        raise Refused(
            {
                "specification": [
                    _(
                        "The catalogue of analytes does not hold %(names)s. Name analytes by gene symbol, or add "
                        "them in the admin portal first."
                    )
                    % {"names": ", ".join(unknown[:10])}
                ]
            }
        )
    with recorded(by=by, reason=Sentence("modeling.defined", model=name)), explained():
        model = PrognosticModel.objects.select_for_update().filter(study=study, name=name).first()
        if model is None:
            model = PrognosticModel(study=study, name=name)
            model.full_clean()
            model.save()
        newest = model.specifications.order_by("-number").first()
        if newest is not None and newest.content_hash == specification.content_hash:
            return newest
        return ModelSpecification.objects.create(
            model=model,
            number=newest.number + 1 if newest else 1,
            body=specification.to_dict(),
            content_hash=specification.content_hash,
            created_by=by,
        )


def _refuse_unknown_covariates(specification: Specification) -> None:
    """Told when it is stated, not by a training hours later."""
    try:
        for name in specification.covariates:
            find_covariate(COVARIATES, name)
    except CiriError as error:
        raise Refused({"specification": [of_error(error)]}) from error
