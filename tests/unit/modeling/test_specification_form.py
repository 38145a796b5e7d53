"""A specification that is no YAML is told at its field, never with a failing page."""

import pytest

from modeling.web.forms import SpecificationForm


@pytest.mark.parametrize(
    "text",
    ["a: [", "a: &b c", "seed: " + "9" * 5000, "a: " + "[" * 4000 + "]" * 4000, "a: 1\na: 2"],
    ids=["unclosed", "an anchor", "too many digits", "too deep", "a key twice"],
)
def test_text_that_yaml_cannot_read_is_refused_at_the_field(text: str) -> None:
    form = SpecificationForm({"name": "m", "specification": text})
    assert not form.is_valid()
    assert "line " in form.errors["specification"][0]
