"""What the tests of this folder begin with."""

import pytest

from ciri import parse_specification, train

from .cohorts import SMALL, frozen


@pytest.fixture(scope="module")
def report():
    specification = {**SMALL, "cutoff": "tertiles", "selection": {"resamples": 10}}
    return train(parse_specification(specification), frozen()).report
