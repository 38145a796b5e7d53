# From a CSV (simulated patients) to the four figures: `python -m examples.four_figures`.
from pathlib import Path

import pandas as pd

from ciri import figures, freeze_wide, parse_specification, template, train
from ciri.training.tables import comparison_tables

patients = pd.read_csv(Path(__file__).with_name("simulated_patients.csv"))
table = freeze_wide(patients, analytes=patients.columns[12:])
names = ("preCIRI14", "preCIRI21")
first, second = (train(parse_specification(template(name)), table).report for name in names)
for name, figure in {
    "1_importance": figures.importance_figure(first["importance"]),
    "2_kaplan_meier": figures.kaplan_meier_figure(first["kaplan_meier"]["validate"]),
    "3_comparison": figures.comparison_figure(comparison_tables(first, second, names), names),
    "4_correlation": figures.correlation_figure(first["correlations"]),
}.items():
    Path(f"{name}.svg").write_text(figures.render_svg(figure))
