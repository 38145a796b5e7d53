"""The limits of a Bio-Plex plate are the lowest and the highest standard whose recovery its footer accepts."""

import pytest

from assays.formats import read_plate

from .files import bioplex_sheets, workbook


def standard(name, well, observed, expected, recovery):
    return [name, well, 0, "", 1000, 990, 3, 1, observed, expected, recovery, observed, 1, ""]


@pytest.mark.parametrize(
    ("recovered", "limits"),
    [((70, 130), (160.0, 16000.0)), ((69, 130), (1006.0, 16000.0)), ((70, 131), (160.0, 1006.0))],
)
def test_only_standards_within_the_accepted_recovery_make_the_limits(recovered, limits):
    """S2 is observed at 251.5, with a recovery of 101 %; the samples are diluted fourfold."""
    sheets = bioplex_sheets()
    for name, rows in sheets.items():
        more = [
            standard("S3", "E1,E2", 40.0, 50, recovered[0]),
            standard("S4", "F1,F2", 4000.0, 3500, recovered[1]),
        ]
        rows[13:13] = [[name, *row] for row in more]
        rows.append(["Standard is accepted where its recovery is 70 - 130 %"])
    analytes = read_plate(workbook(sheets)).analytes
    assert set(zip(analytes["lloq"], analytes["uloq"], strict=True)) == {limits}
