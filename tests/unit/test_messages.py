"""What readers say in codes: each code has one sentence, with a place for each parameter."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from tests.unit.tracked import parsed, python_files

READERS = ("tabular/*.py", "assays/formats/*.py", "clinical/dictionary/*.py")


def messages() -> Iterator[tuple[str, ast.Call]]:
    for name in python_files(*READERS):
        for node in ast.walk(parsed(name)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message":
                yield f"{name}:{node.lineno}", node


def test_each_code_has_one_sentence_and_each_sentence_one_code() -> None:
    sentences, codes = defaultdict(set), defaultdict(set)
    for _, call in messages():
        code, sentence = (ast.literal_eval(argument) for argument in call.args)
        sentences[code].add(sentence)
        codes[sentence].add(code)
    assert len(sentences) > 100
    assert [code for code, found in sentences.items() if len(found) > 1] == []
    assert [sentence for sentence, found in codes.items() if len(found) > 1] == []


def test_each_sentence_has_a_place_for_each_parameter() -> None:
    for place, call in messages():
        code, sentence = (ast.literal_eval(argument) for argument in call.args)
        assert code.isidentifier(), place
        assert code == code.lower(), place
        places = set(re.findall(r"(?<!%)%\((\w+)\)", sentence))
        assert places == {keyword.arg for keyword in call.keywords}, place
        assert re.sub(r"%\(\w+\)\.?\d*[a-z]|%%", "", sentence).count("%") == 0, place


def test_no_reader_refuses_in_words_alone() -> None:
    plain = [
        f"{name}:{node.lineno}"
        for name in python_files(*READERS)
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "")
        in {"FileError", "PlateFormatError", "NoDay", "NoValue", "YamlError"}
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert plain == []
