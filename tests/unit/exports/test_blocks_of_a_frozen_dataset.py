"""A frozen dataset in blocks: every row once, also where it is longer than a block."""

import pandas as pd
import pytest

from exports.selectors.dataset import PATIENTS_PER_BLOCK
from exports.selectors.frozen import read_frozen_blocks


@pytest.mark.parametrize("patients", [0, 1, PATIENTS_PER_BLOCK, 2 * PATIENTS_PER_BLOCK + 1])
def test_every_row_is_in_one_block(patients: int) -> None:
    subjects = [f"P{n:05}" for n in range(patients)]
    frame = pd.DataFrame({"subject": subjects, "time": [float(n) for n in range(patients)]})
    blocks = list(read_frozen_blocks(frame))
    assert all(len(block) <= PATIENTS_PER_BLOCK for block in blocks)
    assert [row for block in blocks for row in block] == list(
        frame.itertuples(index=False, name=None)
    )
