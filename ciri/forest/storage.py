"""Models on disk: a zip of plain arrays (.npy, never pickled, not compressed) and one JSON document.

The arrays lie in the file as they lie in memory, so a stored forest is mapped, not read: several
processes share one copy, and any program that reads npz can read it. A reader takes nothing on trust:
wrong shapes, indices out of range, a node with two parents or none (so no cycle either), thresholds
that are not numbers and bytes that changed are refused with a sentence. Loading a model cannot run
code. The same model gives the same bytes.
"""

from __future__ import annotations

import io
import json
import mmap
import os
import struct
import tempfile
import zipfile
import zlib
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from ciri.errors import Refused, refuse_damage
from ciri.forest.forest import SurvivalForest
from ciri.forest.trees import LEAF, Trees
from ciri.said import Said

Arrays = dict[str, NDArray[Any]]

_DOCUMENT = "model.json"
_FOREST_FORMAT = "yogo forest 2"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LARGEST = 4 * 2**30
_ALIGNED = 64
_HEAD = 4096  # more than the header of any array kept here
_PADDING = 0x5959  # the id of the zip extra field that fills up to the next aligned place
_LOCAL_HEADER = struct.Struct("<26xHH")
_DTYPES = {
    "start": np.int64,
    "feature": np.int32,
    "threshold": np.float32,
    "right": np.int32,
    "unknown_left": np.bool_,
    "mortality": np.float64,
    "in_bag": np.uint16,
    "training_leaf": np.int32,
    "time": np.float64,
    "event": np.bool_,
}


def save_forest(forest: SurvivalForest, path: str | Path) -> None:
    """Write a fitted forest to a file, whole or not at all; who has an older one mapped keeps it.

    Parameters
    ----------
    forest : SurvivalForest
        A fitted forest.
    path : str or Path
        The file; its folder must exist.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        Before the forest was fitted.
    OSError
        Where the file cannot be written.

    Notes
    -----
    A zip of plain arrays (.npy, never pickled, not compressed) and one JSON document. The same forest
    gives the same bytes.
    """
    check_is_fitted(forest, "trees_")
    document = {"format": _FOREST_FORMAT, **forest_document(forest)}
    place = Path(path)
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
        file.write(pack(forest_arrays(forest), document))
    os.replace(file.name, place)


def load_forest(path: str | Path) -> SurvivalForest:
    """Map a forest that `save_forest` wrote.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    SurvivalForest
        The forest, its arrays mapped from the file and read-only.

    Raises
    ------
    ValueError
        Where the file is not a stored forest or is damaged.
    OSError
        Where it cannot be opened.
    """
    with Path(path).open("rb") as file:
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise Refused(
                "forest_empty",
                "%(file)s is empty, so it is not a stored forest.",
                file=Path(path).name,
            ) from error
        arrays, document = unpack(content, file)
    if document.get("format") != _FOREST_FORMAT:
        raise Refused(
            "forest_format",
            "This file is not a forest of format %(readable)s.",
            readable=repr(_FOREST_FORMAT),
        )
    return forest_from(arrays, document)


def forest_document(forest: SurvivalForest) -> dict[str, Any]:
    """What of a forest goes into the JSON document: feature names and parameters but threads."""
    parameters = {**forest.get_params(), "n_jobs": None, "random_state": forest.seed_}
    return {"features": list(forest.feature_names_in_), "parameters": parameters}


def forest_arrays(forest: SurvivalForest) -> Arrays:
    """The arrays of a forest. What is there for every tree and training row takes most room, so it is

    kept in the smallest type that holds it; leaves are counted from the first node of their tree.
    """
    arrays = {field.name: getattr(forest.trees_, field.name) for field in fields(Trees)}
    leaf = arrays["training_leaf"] - arrays["start"][:-1, None]
    return {**arrays, "in_bag": _smallest(arrays["in_bag"]), "training_leaf": _smallest(leaf)}


def forest_from(arrays: Arrays, document: dict[str, Any]) -> SurvivalForest:
    """The forest of checked arrays and its part of the document."""
    names, parameters = document.get("features"), document.get("parameters")
    known = set(SurvivalForest().get_params())
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refused("forest_without_names", "The stored forest does not name its features.")
    if not isinstance(parameters, dict) or set(parameters) != known:
        raise Refused(
            "forest_without_parameters",
            "The stored forest does not hold the parameters of a forest.",
        )
    return SurvivalForest.from_trees(_check_trees(arrays, len(names)), names, **parameters)


def pack(arrays: Arrays, document: dict[str, Any]) -> bytes:
    """Arrays and a JSON-able document as bytes."""
    buffer = io.BytesIO()
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, allow_nan=False)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _add(archive, _DOCUMENT, text.encode())
        for name in sorted(arrays):
            member = io.BytesIO()
            values = np.ascontiguousarray(arrays[name])
            np.lib.format.write_array(member, values, version=(1, 0), allow_pickle=False)
            _add(archive, f"{name}.npy", member.getvalue())
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)  # a fixed date: the same model is the same bytes
    if name == _DOCUMENT:
        entry.compress_type = zipfile.ZIP_DEFLATED
    else:
        entry.extra = _padding(archive.fp.tell() + 30 + len(name))  # type: ignore[union-attr]
    archive.writestr(entry, content)


def _padding(place: int) -> bytes:
    """An extra field after which the content begins at a multiple of 64, as numpy aligns arrays."""
    fill = -(place + 4) % _ALIGNED
    return struct.pack("<HH", _PADDING, fill) + b"\0" * fill


def unpack(
    content: bytes | mmap.mmap, file: IO[bytes] | None = None
) -> tuple[Arrays, dict[str, Any]]:
    """The inverse of `pack`; arrays are views of `content`. ValueError where it is damaged.

    file: the open file that `content` maps, if it does.
    """
    with refuse_damage(
        Refused("stored_damaged", "These bytes are not a stored model, or they are damaged.")
    ):
        with zipfile.ZipFile(file or io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > _LARGEST:
                raise Refused(
                    "stored_too_large",
                    "This stored model claims to be larger than 4 GB; it is refused.",
                )
            document = json.loads(archive.read(_DOCUMENT))
        members = {
            entry.filename: _member(content, entry)
            for entry in entries
            if entry.filename != _DOCUMENT
        }
    if not isinstance(document, dict):
        raise Refused("document_not_a_mapping", "The stored model's document is not a mapping.")
    return {
        name.removesuffix(".npy"): _array(name, body) for name, body in members.items()
    }, document


def _member(content: bytes | mmap.mmap, entry: zipfile.ZipInfo) -> memoryview:
    """The bytes of a member where they lie, checked against their sum."""
    if entry.compress_type != zipfile.ZIP_STORED:
        raise zipfile.BadZipFile("compressed array")
    whole = memoryview(content)
    name, extra = _LOCAL_HEADER.unpack_from(whole, entry.header_offset)
    begin = entry.header_offset + 30 + name + extra
    body = whole[begin : begin + entry.file_size]
    if len(body) != entry.file_size or zlib.crc32(body) != entry.CRC:
        raise zipfile.BadZipFile("damaged array")
    return body


def _array(name: str, body: memoryview) -> NDArray[Any]:
    stream = io.BytesIO(body[:_HEAD])
    try:
        np.lib.format.read_magic(stream)
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    except (ValueError, SyntaxError, TypeError, EOFError) as error:
        raise Refused(
            "array_unreadable", "The stored array %(name)s cannot be read.", name=name
        ) from error
    count = int(np.prod(shape, dtype=object))
    if dtype.hasobject or fortran or len(body) - stream.tell() != count * dtype.itemsize:
        raise Refused(
            "array_not_plain",
            "The stored array %(name)s is not a plain array of the size it states.",
            name=name,
        )
    return np.frombuffer(body, dtype, count, stream.tell()).reshape(shape)


def _smallest(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind not in "iu" or not values.size:
        return values
    low, high = int(values.min()), int(values.max())
    return values.astype(np.promote_types(np.min_scalar_type(low), np.min_scalar_type(high)))


def _check_trees(arrays: Arrays, features: int) -> Trees:
    if absent := sorted(set(_DTYPES) - set(arrays)):
        raise Refused(
            "array_absent",
            "The stored forest lacks the array %(absent)s.",
            absent=", ".join(absent),
        )
    for name, dtype in _DTYPES.items():
        _require(
            arrays[name].dtype.kind
            in {"i": "iu", "u": "u", "f": "f", "b": "b"}[np.dtype(dtype).kind],
            "array_of_another_kind",
            array=name,
        )
    typed: Arrays = {
        name: arrays[name].astype(dtype, copy=False) for name, dtype in _DTYPES.items()
    }
    _check_shapes(typed)
    _check_nodes(typed, features)
    typed["training_leaf"] = (typed["training_leaf"] + typed["start"][:-1, None]).astype(np.int32)
    _check_training_rows(typed)
    return Trees(**typed)


def _require(holds: Any, fault: str, **parameters: str) -> None:
    if not holds:
        raise Refused(
            "forest_damaged",
            "The stored forest is damaged: %(fault)s.",
            fault=Said(fault, **parameters),
        )


def _check_shapes(arrays: Arrays) -> None:
    start, nodes, rows = arrays["start"], arrays["feature"].shape, arrays["time"].shape
    _require(start.ndim == 1 and len(start) > 1, "no_trees")
    _require(len(nodes) == 1 and len(rows) == 1, "no_lists")
    for name in ("threshold", "right", "unknown_left", "mortality"):
        _require(arrays[name].shape == nodes, "array_of_another_shape", array=name)
    for name in ("in_bag", "training_leaf"):
        shape = (len(start) - 1, *rows)
        _require(arrays[name].shape == shape, "array_of_another_shape", array=name)
    _require(arrays["event"].shape == rows, "array_of_another_shape", array="event")
    whole = start[0] == 0 and start[-1] == nodes[0] and (np.diff(start) > 0).all()
    _require(whole, "nodes_uncovered")


def _check_nodes(arrays: Arrays, features: int) -> None:
    start, feature = arrays["start"], arrays["feature"]
    inner = feature != LEAF
    _require((feature[inner] >= 0).all() and (feature < features).all(), "unknown_feature")
    _require(np.isfinite(arrays["mortality"]).all(), "mortality_not_finite")
    # An infinite threshold is a split of known (left) from unknown (right).
    _require((arrays["threshold"] > -np.inf).all(), "threshold_not_a_number")
    node = np.arange(len(feature))
    end = np.repeat(start[1:], np.diff(start))
    right = arrays["right"]
    _require((right[~inner] == LEAF).all(), "leaf_with_child")
    # The left child is the next node, so the right one lies behind it.
    inside = (right > node + 1) & (right < end)
    _require(inside[inner].all(), "child_misplaced")
    parents = np.bincount(np.r_[node[inner] + 1, right[inner]], minlength=len(feature))
    expected = np.ones(len(feature), dtype=np.int64)
    expected[start[:-1]] = 0
    _require(np.array_equal(parents, expected), "parents_not_one")


def _check_training_rows(arrays: Arrays) -> None:
    leaf, start = arrays["training_leaf"], arrays["start"]
    inside = (leaf >= start[:-1, None]) & (leaf < start[1:, None])
    _require(inside.all(), "row_ends_outside")
    _require((arrays["feature"][leaf] == LEAF).all(), "row_ends_inside")
    time = arrays["time"]
    _require(np.isfinite(time).all() and (time > 0).all(), "training_time_not_positive")
    _require(arrays["event"].any(), "training_without_event")
