"""What must not be wrong, by room, and the unit tests that watch over it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Room:
    sources: tuple[str, ...]
    tests: tuple[str, ...]
    compiled: bool = True  # False: numba's kernels run as plain Python, so that they can be changed


STUDIES = (
    *("tests/unit/studies", "tests/unit/clinical", "tests/unit/imports", "tests/unit/admin"),
    *("tests/unit/accounts", "tests/unit/audit"),
)
CIRI = ("tests/unit/ciri",)

ROOMS = {
    "outcomes": Room(
        ("clinical/selectors/outcomes.py", "ciri/survival/outcome.py"),
        ("tests/unit/clinical", "tests/unit/ciri", "tests/unit/modeling"),
    ),
    "access": Room(
        (
            "studies/permissions.py",
            "studies/selectors/access.py",
            "clinical/selectors/access.py",
            "studies/selectors/tokens.py",
            "studies/portal.py",
            "studies/web/access.py",
            "accounts/api.py",
            "accounts/selectors.py",
            "accounts/services.py",
        ),
        (
            *STUDIES,
            "tests/unit/api",
            "tests/unit/test_every_address_and_role.py",
            "tests/unit/test_who_opens_what.py",
        ),
    ),
    "records": Room(
        (
            "studies/services/*.py",
            "studies/selectors/*.py",
            "studies/refusals.py",
            "clinical/services/*.py",
            "clinical/selectors/*.py",
            "imports/services/*.py",
            "imports/selectors/*.py",
            "audit/**/*.py",
        ),
        STUDIES,
    ),
    "jobs": Room(
        (
            "jobs/services/*.py",
            "jobs/models.py",
            "jobs/outages.py",
            "jobs/scheduled.py",
            "jobs/schedule.py",
            "jobs/selectors.py",
            "jobs/stopping.py",
            "jobs/work.py",
        ),
        ("tests/unit/jobs",),
    ),
    "gate": Room(
        ("modeling/services/gate.py", "modeling/services/promotion.py"), ("tests/unit/modeling",)
    ),
    "staleness": Room(
        ("modeling/services/staleness.py", "modeling/selectors/stale.py"), ("tests/unit/modeling",)
    ),
    "scoring": Room(
        (
            "modeling/services/scoring.py",
            "modeling/services/training.py",
            "modeling/services/schedule.py",
            "modeling/services/datasets.py",
            "modeling/services/models.py",
            "modeling/services/cross_validation.py",
            "modeling/selectors/inputs.py",
            "modeling/selectors/models.py",
        ),
        ("tests/unit/modeling",),
    ),
    "judging": Room(
        (
            "assays/quality/*.py",
            "assays/services/*.py",
            "assays/selectors/*.py",
        ),
        ("tests/unit/quality", "tests/unit/assays", "tests/unit/imports"),
    ),
    "exports": Room(
        ("exports/services/*.py", "exports/selectors/*.py"),
        ("tests/unit/exports", "tests/unit/api"),
    ),
    "imports": Room(
        ("imports/*.py", "clinical/imports/*.py", "assays/imports/**/*.py"),
        ("tests/unit/clinical", "tests/unit/assays", "tests/unit/imports"),
    ),
    "sentences": Room(("sentences/*.py", "tabular/message.py"), ("tests/unit/sentences",)),
    "readers": Room(
        ("assays/formats/**/*.py", "tabular/*.py"), ("tests/unit/formats", "tests/unit/tabular")
    ),
    "method": Room(
        (
            "ciri/survival/concordance.py",
            "ciri/dataset/transform.py",
            "ciri/survival/cutoff.py",
            "ciri/survival/curves.py",
            "ciri/training/cross_validation.py",
            "ciri/performance/comparison.py",
            "ciri/dataset/frozen.py",
            "ciri/dataset/exported.py",
            "ciri/forest/parameters.py",
            "ciri/forest/recognition.py",
            "ciri/performance/*.py",
            "ciri/specification/rules.py",
            "ciri/survival/preparation.py",
            "ciri/survival/given.py",
        ),
        CIRI,
    ),
    "kernels": Room(
        (
            "ciri/kernel/concordance.py",
            "ciri/kernel/calibration.py",
            "ciri/kernel/censoring.py",
            "ciri/kernel/curves.py",
            "ciri/kernel/auc.py",
            "ciri/kernel/brier.py",
        ),
        CIRI,
        compiled=False,
    ),
}


BY_HAND = Path(__file__).parent / "by_hand.toml"
ROOMS["by-hand"] = Room((), tuple(sorted({test for room in ROOMS.values() for test in room.tests})))


def sources(room: Room, root: Path) -> list[str]:
    return sorted(
        str(path.relative_to(root))
        for pattern in room.sources
        for path in root.glob(pattern)
        if path.name != "__init__.py" or path.stat().st_size
    )
