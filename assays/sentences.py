"""What assays say, and what is wrong with a mapping of an assay file, a plate's options or a catalogue: code ->
sentence."""

from django.utils.translation import gettext_noop

from assays.quality import said
from sentences import Sentence

SENTENCES = {
    **said.SENTENCES,
    "catalogue_loaded": gettext_noop("catalogue of analytes loaded"),
    "analytes_named": gettext_noop("analytes of %(file)s named"),
    "wells_named": gettext_noop("wells of %(file)s named"),
    "policy_set": gettext_noop("policy of %(panel)s: %(why)s"),
    "supersedes": gettext_noop("%(file)s supersedes an earlier export: %(why)s"),
    "superseded_by": gettext_noop("superseded by “%(name)s”: %(why)s"),
    "on_plate": gettext_noop("plate %(plate)s: %(what)s"),
    "judged": gettext_noop("plate %(plates)s judged"),
    "panel_judged": gettext_noop("plates of a panel judged"),
    "judging": gettext_noop("Judging %(plate)s"),
    "plates_imported": gettext_noop("plate %(plates)s imported"),
    "judged_again": gettext_noop("plate %(plate)s judged again"),
    "panel_judged_again": gettext_noop("judged again with all plates of the panel"),
    "excluded": gettext_noop("excluded: %(why)s"),
    "restored": gettext_noop("restored: %(why)s"),
    "rule_overridden": gettext_noop("rule overridden: %(why)s"),
    "all_restored": gettext_noop("%(rule)s: all excluded restored: %(why)s"),
    "all_overridden": gettext_noop("%(rule)s: all overridden: %(why)s"),
    "no_longer_fails": gettext_noop("The rule no longer fails here."),
    "into_guide_set": gettext_noop("taken into the guide set: %(why)s"),
    "out_of_guide_set": gettext_noop("taken out of the guide set: %(why)s"),
    "layout_corrected": gettext_noop("layout of %(wells)s corrected: %(why)s"),
    "types_corrected": gettext_noop("types of %(wells)s corrected: %(why)s"),
    "rule_excluded": gettext_noop("excluded by a person"),
    "rule_superseded": gettext_noop("superseded by a newer export"),
    "rule_bead_count": gettext_noop("bead count"),
    "rule_intra_cv": gettext_noop("CV within the plate"),
    "rule_inter_cv": gettext_noop("distance between plates"),
    "rule_recovery": gettext_noop("recovery of the standards"),
    "rule_out_of_range": gettext_noop("share out of range"),
    "rule_vendor": gettext_noop("quality control of the vendor"),
    "rule_curve": gettext_noop("our own curve"),
    "rule_kit_range": gettext_noop("range of the kit's controls"),
    "rule_hook": gettext_noop("hook at the top of the standards"),
}


def say(found: said.Said) -> Sentence:
    """What a rule or a curve says, as a sentence that can be kept and translated."""
    values = found.parameters.items()
    return Sentence(
        f"assays.{found.code}",
        **{name: say(value) if isinstance(value, said.Said) else value for name, value in values},
    )


OF_MAPPINGS = {
    "wide_or_long": gettext_noop("write wide (a column per analyte) or long (a row per value)."),
    "long_needs": gettext_noop("a long file needs analyte and value."),
    "wide_has_none": gettext_noop(
        "analyte and value belong to a long file; a wide one names analytes in its header."
    ),
    "long_lists_none": gettext_noop(
        "a list of analytes belongs to a wide file; a long one names them in a column."
    ),
    "sample_column": gettext_noop("name the column that holds the sample."),
    "plate_column": gettext_noop(
        "name a column, or a constant such as plate: {constant: Plate 1}."
    ),
    "panel": gettext_noop("write panel: {name: …, scale: concentration or npx}."),
    "panel_name": gettext_noop("name the panel."),
    "material": gettext_noop("write plasma or serum, or name a column."),
    "unit_of_scale": gettext_noop(
        "“%(unit)s” is not a unit of %(scale)s here; use one of %(units)s."
    ),
    "said_by_samples": gettext_noop("it is already said by samples."),
    "subject_of_sample": gettext_noop("name the column that holds the subject id."),
    "timepoint": gettext_noop(
        "name a column with a coding to visits of the study (%(visits)s), or a constant."
    ),
    "unit_too_long": gettext_noop("write a unit of at most %(n)d characters, such as pg/mL."),
    "symbol": gettext_noop("name the gene symbol."),
    "symbol_and_name": gettext_noop("name both symbol and name."),
    "reason": gettext_noop("say why, in at most %(n)d characters."),
    "well_type": gettext_noop(
        "“%(type)s” is no type of well: write sample, standard, control or blank."
    ),
}
