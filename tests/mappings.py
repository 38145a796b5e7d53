"""Mappings of a study that collects what is shipped."""

from assays.imports.mapping import AssayMapping, assay_mapping
from clinical.dictionary.reading import shipped
from clinical.imports.mapping import ClinicalMapping, clinical_mapping
from tabular.section import Section


def nsclc_mapping(root: Section) -> ClinicalMapping | None:
    return clinical_mapping(root, shipped("nsclc-ici"))


def nsclc_assay_mapping(root: Section) -> AssayMapping | None:
    return assay_mapping(root, shipped("nsclc-ici"))
