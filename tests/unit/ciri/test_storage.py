import contextlib
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ciri import Refused, SurvivalForest, load_forest, save_forest
from ciri.forest.storage import forest_arrays, forest_document, forest_from, pack, unpack

from .cohorts import simulated


@pytest.fixture(scope="module")
def forest():
    X, y = simulated(gaps=0.1)
    return SurvivalForest(20, 8, random_state=4).fit(X, y)


def test_a_stored_forest_gives_the_same_bits(forest, tmp_path):
    X, _ = simulated(50, seed=9, gaps=0.1)
    save_forest(forest, tmp_path / "forest")
    read = load_forest(tmp_path / "forest")
    assert np.array_equal(read.predict(X), forest.predict(X))
    assert np.array_equal(
        read.predict_survival_function(X, [100, 300]),
        forest.predict_survival_function(X, [100, 300]),
    )
    assert np.array_equal(read.oob_prediction_, forest.oob_prediction_)
    assert read.get_params() == {**forest.get_params(), "n_jobs": None}


def test_a_stored_forest_is_mapped_not_read(forest, tmp_path):
    save_forest(forest, tmp_path / "forest")
    read = load_forest(tmp_path / "forest")
    for name in ("feature", "threshold", "right", "mortality"):
        values = getattr(read.trees_, name)
        assert not values.flags.owndata
        assert not values.flags.writeable
        assert values.flags.aligned


def test_any_program_that_reads_npz_can_read_it(forest, tmp_path):
    save_forest(forest, tmp_path / "forest.npz")
    with np.load(tmp_path / "forest.npz", allow_pickle=False) as arrays:
        assert np.array_equal(arrays["threshold"], forest.trees_.threshold)


def test_a_thousand_trees_on_222_patients_take_less_than_a_megabyte(tmp_path):
    X, y = simulated(222, 93, seed=1)
    save_forest(SurvivalForest(1000, 15, random_state=1).fit(X, y), tmp_path / "forest")
    assert os.path.getsize(tmp_path / "forest") < 1_000_000


def test_the_same_forest_is_the_same_bytes(forest, tmp_path):
    for name in ("a", "b"):
        save_forest(forest, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_forest_of_a_random_seed_is_stored_with_it(tmp_path):
    X, y = simulated()
    forest = SurvivalForest(10, 8).fit(X, y)
    save_forest(forest, tmp_path / "forest")
    again = SurvivalForest(**load_forest(tmp_path / "forest").get_params()).fit(X, y)
    assert np.array_equal(again.oob_prediction_, forest.oob_prediction_, equal_nan=True)


def test_a_file_cut_off_anywhere_is_refused(forest, tmp_path):
    save_forest(forest, tmp_path / "forest")
    content = (tmp_path / "forest").read_bytes()
    for length in np.linspace(0, len(content) - 1, 60).astype(int):
        (tmp_path / "cut").write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"damaged|empty"):
            load_forest(tmp_path / "cut")


def test_a_flipped_bit_is_refused_or_changes_nothing(forest, tmp_path):
    X, _ = simulated(20, seed=9)
    save_forest(forest, tmp_path / "forest")
    content = (tmp_path / "forest").read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for trial in range(300):
        changed = bytearray(content)
        changed[random.integers(len(content))] ^= 1 << random.integers(8)
        place = tmp_path / f"changed{trial}"
        place.write_bytes(changed)
        try:
            read = load_forest(place)
        except ValueError:
            refused += 1
            continue
        assert np.array_equal(read.predict(X), forest.predict(X))
    assert refused > 250


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_bytes_changed_anywhere_are_refused_in_a_sentence_or_change_nothing(forest, data):
    arrays, document = forest_arrays(forest), forest_document(forest)
    content = bytearray(pack(arrays, document))
    directory = content.rfind(b"PK\x05\x06") - 60 * (len(arrays) + 1)  # what no check sum covers
    place = data.draw(st.integers(0, len(content) - 1) | st.integers(directory, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(Refused):
        read, told = unpack(bytes(content))
        assert forest_document(forest_from(read, told)) == document
        assert all(np.array_equal(read[name], arrays[name]) for name in arrays)
