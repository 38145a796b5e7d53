"""A part of an XLSX file in pieces: whole when they are put together, and none ends within a tag."""

import io
import zipfile

import pytest

from tabular.parts import CHUNK, pieces


def divided(content: bytes) -> list[bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("part", content)
    with zipfile.ZipFile(buffer) as archive:
        found = list(pieces(archive, archive.infolist()[0]))
    assert b"".join(found) == content
    return found


@pytest.mark.parametrize("content", [b"abc", b"x" * 1000, b"<a>1</a>"])
def test_a_short_part_is_one_piece(content: bytes) -> None:
    assert divided(content) == [content]


def test_pieces_of_a_long_part_end_before_a_tag() -> None:
    found = divided(b'<c r="A1"><v>12345</v></c>' * (3 * CHUNK // 26))
    assert len(found) > 2
    assert all(piece.startswith(b"<") for piece in found)
    assert all(len(piece) <= CHUNK + 256 for piece in found)


def test_a_long_text_without_tags_is_not_kept_whole() -> None:
    found = divided(b"<t>" + b"x" * 4 * CHUNK + b"</t>")
    assert len(found) > 2
    assert all(len(piece) <= 2 * CHUNK for piece in found)
