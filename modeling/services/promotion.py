"""Which version is in use. Nothing becomes champion without a rule that says so or a signature."""

from django.utils import timezone

from accounts.models import User
from audit.recording import record
from ciri import parse_specification
from modeling.models import ModelVersion
from modeling.models.version import Status
from modeling.services.cross_validation import request_cross_validation
from sentences import Sentence, label_of
from sentences import storable as _
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import require


def decide_by_gate(*, version: ModelVersion) -> None:
    """After a training: the specification says whether passing the gate promotes at once."""
    specification = parse_specification(version.specification.body)
    if specification.retrain.promote == "gate" and version.gate["verdict"] in ("first", "passed"):
        _promote(
            version, by=None, reason=Sentence("modeling.by_gate", why=version.gate["sentence"])
        )


def promote_version(*, version: ModelVersion, by: User | None, reason: str) -> ModelVersion:
    """Sign a challenger (or an earlier champion: roll back) into use, with a reason."""
    require(by, version.model.study, Capability.PROMOTE)
    if not reason.strip():
        raise Refused({"reason": [_("Say why this version is put into use: the reason is kept.")]})
    return _promote(version, by=by, reason=reason)


def reject_version(*, version: ModelVersion, by: User | None, reason: str) -> ModelVersion:
    """Decide against a challenger, with a reason."""
    require(by, version.model.study, Capability.PROMOTE)
    if not reason.strip():
        raise Refused({"reason": [_("Say why this version is rejected: the reason is kept.")]})
    with record(by=by, reason=reason):
        _move(version, Status.REJECTED, by)
    return version


def _promote(version: ModelVersion, *, by: User | None, reason: Sentence | str) -> ModelVersion:
    with record(by=by, reason=reason):
        model = type(version.model).objects.select_for_update(no_key=True).get(pk=version.model_id)
        in_use = model.versions.filter(status=Status.CHAMPION).exclude(pk=version.pk).first()
        version.refresh_from_db(fields=["status"])
        _refuse_unless_allowed(version, Status.CHAMPION)
        if in_use is not None:
            _move(in_use, Status.RETIRED, by)
        _move(version, Status.CHAMPION, by)
        # Those of an overtaken challenger, or of a version that was in use before, were withdrawn.
        request_cross_validation(version=version, by=by)
    return version


def _refuse_unless_allowed(version: ModelVersion, target: Status) -> None:
    if target not in ModelVersion.TRANSITIONS[Status(version.status)]:
        raise Refused(
            _(
                "Version %(number)d is %(status)s; it cannot become %(target)s. Reload the page to see how it "
                "stands."
            )
            % {
                "number": version.number,
                "status": label_of(Status(version.status)),
                "target": label_of(target),
            }
        )


def _move(version: ModelVersion, target: Status, by: User | None) -> None:
    """One step of the table of transitions, taken only from the status that was read."""
    _refuse_unless_allowed(version, target)
    now = timezone.now()
    moved = ModelVersion.objects.filter(pk=version.pk, status=version.status).update(
        status=target, decided_by=by, decided_at=now
    )
    if not moved:
        raise Refused(_("Somebody else has just decided on this version. Reload the page."))
    version.status, version.decided_by, version.decided_at = target, by, now
