"""What a study collects (definitions), and what it knows of its patients (the record)."""

from clinical.models.definitions import (
    Arm,
    Code,
    CodeList,
    Definition,
    EditCheck,
    EventForm,
    Form,
    Item,
    ItemGroup,
    MissingCode,
    StudyEvent,
)
from clinical.models.filled import FilledForm
from clinical.models.patients import (
    EARLIEST_INDEX_DATE,
    Cause,
    FollowUp,
    Patient,
    Response,
    Status,
)

__all__ = [
    "EARLIEST_INDEX_DATE",
    "Arm",
    "Cause",
    "Code",
    "CodeList",
    "Definition",
    "EditCheck",
    "EventForm",
    "FilledForm",
    "FollowUp",
    "Form",
    "Item",
    "ItemGroup",
    "MissingCode",
    "Patient",
    "Response",
    "Status",
    "StudyEvent",
]
