"""What is wrong with a mapping of an assay file, a plate's options or a catalogue, in words: code -> sentence."""

from django.utils.translation import gettext_noop

OF_MAPPINGS = {
    "wide_or_long": gettext_noop("write wide (a column per analyte) or long (a row per value)."),
    "long_needs": gettext_noop("a long file needs analyte and value."),
    "wide_has_none": gettext_noop(
        "analyte and value belong to a long file; a wide one names analytes in its header."
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
    "timepoint": gettext_noop("name a column with a coding to pre and edt, or a constant."),
    "symbol": gettext_noop("name the gene symbol."),
    "symbol_and_name": gettext_noop("name both symbol and name."),
    "reason": gettext_noop("say why, in at most %(n)d characters."),
    "well_type": gettext_noop(
        "“%(type)s” is no type of well: write sample, standard, control or blank."
    ),
}
