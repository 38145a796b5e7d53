"""Which role may do what. Everything not named here is denied."""

from enum import StrEnum


class Capability(StrEnum):
    VIEW_STUDY = "view_study"
    VIEW_CLINICAL = "view_clinical"
    ENTER_CLINICAL = "enter_clinical"
    IMPORT_CLINICAL = "import_clinical"
    VIEW_ASSAYS = "view_assays"
    IMPORT_ASSAYS = "import_assays"
    VIEW_PLATES = "view_plates"
    JUDGE_PLATES = "judge_plates"
    VIEW_MODELS = "view_models"
    DEFINE_MODELS = "define_models"
    TRAIN = "train"
    PROMOTE = "promote"
    EXPORT = "export"
    VIEW_TRAIL = "view_trail"
    MANAGE = "manage"


C = Capability

# What is never one hospital's alone: a membership at a site does not give it.
IN_WHOLE = frozenset({C.JUDGE_PLATES})

BY_ROLE: dict[str, frozenset[Capability]] = {
    "coordinator": frozenset(
        {C.VIEW_STUDY, C.VIEW_CLINICAL, C.ENTER_CLINICAL, C.IMPORT_CLINICAL, C.VIEW_ASSAYS}
    ),
    "laboratory": frozenset(
        {C.VIEW_STUDY, C.VIEW_ASSAYS, C.IMPORT_ASSAYS, C.VIEW_PLATES, C.JUDGE_PLATES}
    ),
    "statistician": frozenset(
        {
            C.VIEW_STUDY,
            C.VIEW_CLINICAL,
            C.VIEW_ASSAYS,
            C.VIEW_PLATES,
            C.VIEW_MODELS,
            C.DEFINE_MODELS,
            C.TRAIN,
            C.EXPORT,
        }
    ),
    "investigator": frozenset(
        {C.VIEW_STUDY, C.VIEW_CLINICAL, C.VIEW_ASSAYS, C.VIEW_MODELS, C.PROMOTE}
    ),
    "monitor": frozenset(
        {C.VIEW_STUDY, C.VIEW_CLINICAL, C.VIEW_ASSAYS, C.VIEW_PLATES, C.VIEW_MODELS, C.VIEW_TRAIL}
    ),
    "manager": frozenset(
        {
            C.VIEW_STUDY,
            C.VIEW_CLINICAL,
            C.IMPORT_CLINICAL,
            C.VIEW_ASSAYS,
            C.VIEW_PLATES,
            C.VIEW_MODELS,
            C.VIEW_TRAIL,
            C.MANAGE,
        }
    ),
}
