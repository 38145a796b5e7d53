"""Damaged plate files without end: `python -m tests.fuzz_formats --inputs 1000000 --seed 0`.

Each input is a small valid file of some format with one to eight damages: bytes changed, removed, doubled or
cut, cells exchanged, lines removed, doubled or shuffled, and (for workbooks) the same inside a member that
is packed again. Whatever comes, a reader may only give a reading or raise PlateFormatError, within seconds.
"""

import argparse
import io
import random
import time
import zipfile
from collections import Counter

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import examples

SLOW = 5.0  # seconds of the processor, whatever else the machine does; a damaged reference may still ask for millions of empty cells
TOKENS = (
    b"NaN",
    b"< 3",
    b"OOR >",
    b"***",
    b"-1",
    b"1e999",
    b"\0",
    b'"',
    b",,",
    b";",
    b"\xff",
    b"9" * 40,
)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes with one damage."""
    kind, size = chance.randrange(8), max(1, len(content))
    place = chance.randrange(size)
    if kind == 0:
        return content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :]
    if kind == 1:
        return content[:place] + content[place + chance.randrange(1, 40) :]
    if kind == 2:
        return content[:place] + chance.choice(TOKENS) + content[place:]
    if kind == 3:
        return content[:place]
    lines = content.split(b"\n")
    row = chance.randrange(len(lines))
    if kind == 4:
        del lines[row]
    elif kind == 5:
        lines.insert(chance.randrange(len(lines)), lines[row])
    elif kind == 6:
        other = chance.randrange(len(lines))
        lines[row], lines[other] = lines[other], lines[row]
    else:
        cells = lines[row].split(b",")
        cells[chance.randrange(len(cells))] = chance.choice(TOKENS)
        lines[row] = b",".join(cells)
    return b"\n".join(lines)


def damaged_workbook(content: bytes, chance: random.Random) -> bytes:
    """A workbook with one damage, mostly inside one of its members."""
    if chance.random() < 0.2:
        return damaged(content, chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        names = old.namelist()
        chosen = chance.choice(names)
        for name in names:
            part = old.read(name)
            new.writestr(name, damaged(part, chance) if name == chosen else part)
    return packed.getvalue()


def one(content: bytes, chance: random.Random) -> bytes:
    """A file with one to eight damages."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5, 8))):
        try:
            is_workbook = content.startswith(b"PK")
            content = damaged_workbook(content, chance) if is_workbook else damaged(content, chance)
        except Exception:  # the packed file is too damaged to be unpacked for more
            content = damaged(content, chance)
    return content


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--inputs", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=0)
    asked = arguments.parse_args()
    chance = random.Random(asked.seed)
    valid, outcomes, slowest = list(examples().items()), Counter(), 0.0
    start = time.perf_counter()
    for _ in range(asked.inputs):
        name, content = chance.choice(valid)
        content = one(content, chance)
        before = time.process_time()
        try:
            read_plate(content)
            outcomes["read"] += 1
        except PlateFormatError:
            outcomes["refused"] += 1
        except BaseException:
            print(f"seed {asked.seed}: {name} made a reader fail on {content!r}", flush=True)
            raise
        passed = time.process_time() - before
        slowest = max(slowest, passed)
        if passed > SLOW:
            raise SystemExit(f"{name} took {passed:.1f} s: {content!r}")
    minutes = (time.perf_counter() - start) / 60
    print(
        f"{asked.inputs:,} inputs, seed {asked.seed}: {outcomes['read']:,} read, "
        f"{outcomes['refused']:,} refused, nothing else; slowest {1000 * slowest:.0f} ms; "
        f"{minutes:.0f} min"
    )


if __name__ == "__main__":
    main()
