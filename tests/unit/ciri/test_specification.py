import pytest

from ciri import TEMPLATES, SpecificationError, describe, parse_specification, template


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_complete_and_survives_writing_out(name):
    specification = parse_specification(template(name))
    assert parse_specification(specification.to_dict()) == specification
    assert parse_specification(specification.to_dict()).content_hash == specification.content_hash
    assert f"{specification.forest.trees:,} trees" in describe(specification)


def test_the_order_of_keys_and_defaults_written_out_do_not_change_the_hash():
    short = parse_specification({"seed": 1, "forest": {"trees": 500}})
    long = parse_specification({"forest": {"trees": 500, "min_leaf": 15}, "seed": 1})
    assert short.content_hash == long.content_hash
    assert short.content_hash != parse_specification({"seed": 2}).content_hash


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"forrest": {}}, "Did you mean 'forest'"),
        ({"forest": {"tree": 1}}, "unknown key 'tree'"),
        ({"forest": []}, "must be a mapping"),
        ({"forest": {"trees": "many"}}, "whole number from 50"),
        ({"forest": {"trees": True}}, "whole number"),
        ({"forest": {"max_features": 0}}, "sqrt, log2, all"),
        ({"endpoint": "DFS"}, "OS or PFS"),
        ({"covariates": ["age", "age"]}, "more than once"),
        ({"covariates": ["body weight"]}, "name of a covariate begins with a letter"),
        ({"covariates": ["1st"]}, "name of a covariate begins with a letter"),
        ({"covariates": ["histology = adeno"]}, "letters, digits"),
        ({"pdl1": "classes"}, "numeric or category"),
        ({"covariates": "age"}, "must be a list"),
        ({"analytes": {"candidates": ["IL-6"], "keep": 2}}, "only 1 candidates"),
        ({"analytes": {"candidates": [], "keep": 3}}, "keep is 0 exactly when"),
        ({"analytes": {"candidates": []}}, "no inputs"),
        ({"cohorts": {"train": []}}, "at least one cohort"),
        ({"cohorts": {"train": ["a"], "validate": ["a"]}}, "cannot be both"),
        ({"retrain": {"tolerance": -1}}, "number from 0 to 1"),
        ({"horizons_months": [12, 6]}, "rising order"),
        ("preCIRI14", "must be a mapping"),
        ({"forest": {"trees": 20_001}}, "whole number from 50 to 20000"),
        ({"selection": {"resamples": 10_000, "trees": 201}}, "2,010,000 trees; at most 2,000,000"),
        ({"selection": {"resamples": 10_000, "trees": 100_000}}, "selection.trees is 100000"),
        ({"selection": {"resamples": 2_000, "trees": 1_000}}, "would grow 102,051,000 trees"),
        ({"importance": {"repeats": 200}}, "would permute each feature in 520,200,000 trees"),
        ({"seed": 10**5000}, "seed is a number of more than 30 digits"),
        ({"forest": {"trees": float("nan")}}, "forest.trees is nan"),
        ({"min_measured": float("nan")}, "min_measured is nan"),
        ({"covariates": ["age"] * 50_000}, "50,000 entries; at most 20,000"),
        ({"covariates": ["a" * 5_000]}, "at most 200 characters"),
        ({"endpoint": ["x" * 1_000] * 1_000}, "endpoint is a list of 1,000"),
        ({"horizons_months": list(range(1, 30))}, "more than 24 months"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_a_sentence(mapping, sentence):
    with pytest.raises(SpecificationError, match=sentence):
        parse_specification(mapping)


def test_a_cohort_has_its_role_by_code_or_by_kind():
    specification = parse_specification({"cohorts": {"train": ["discovery"], "validate": ["B"]}})
    assert specification.role_of("A", "discovery") == "train"
    assert specification.role_of("B", "prospective") == "validate"
    assert specification.role_of("C", "prospective") == "other"


def test_a_visit_has_the_name_that_its_study_gives_it():
    own = parse_specification(template("preCIRI14") | {"timepoint": "c3d1"})
    assert own.timepoint == "c3d1"
    assert "from what is known at the visit “c3d1”, trained" in describe(own)
    assert "at the visit “cycle 3, day 1”, trained" in describe(own, "cycle 3, day 1")
    assert "from what is known before treatment" in describe(
        parse_specification(template("preCIRI14"))
    )


@pytest.mark.parametrize("name", ["week 6", "", 3, None, True, ["c3d1"], "x" * 201, "治療前"])
def test_what_no_visit_can_be_called_is_refused(name):
    with pytest.raises(SpecificationError, match=r"timepoint is .*must be the name of a visit"):
        parse_specification({"covariates": ["age"], "timepoint": name})
