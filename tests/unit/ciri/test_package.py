"""The method as others get it: installed alone, loading no more than is used."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def run(code: str, cwd: Path, *paths: Path) -> str:
    """Standard output of a new interpreter that finds these folders and the installed packages alone."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `pip install ./ciri` brings, without its dependencies."""
    target = tmp_path_factory.mktemp("alone")
    command = ["pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [sys.executable, "-m", *command, "--target", str(target), str(ROOT / "ciri")],
        check=True,
        capture_output=True,
    )
    return target


def test_it_is_installed_alone_and_works(installed: Path, tmp_path: Path) -> None:
    assert {"ciri", "plausibility", "tabular"} == {
        path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")
    }
    code = (
        "import ciri; from ciri import SurvivalForest, evaluate, freeze_wide, select_signature, template;"
        "from ciri.covariates.shipped import COVARIATES;"
        "print(ciri.__file__); print(template('preCIRI14')['endpoint']); print(COVARIATES[0].name)"
    )
    assert run(code, tmp_path, installed).splitlines() == [
        str(installed / "ciri" / "__init__.py"),
        "OS",
        "age",
    ]


def test_every_public_name_is_there(tmp_path: Path) -> None:
    code = "import ciri; print(all(getattr(ciri, name) is not None for name in ciri.__all__))"
    assert run(code, tmp_path, ROOT) == "True"


def test_the_import_of_one_function_loads_no_figures_and_nothing_here_loads_django(
    tmp_path: Path,
) -> None:
    code = "import sys; {}; print(sorted({{'altair', 'django', 'numba'}} & set(sys.modules)))"
    assert run(code.format("import tabular, ciri, assays.formats"), tmp_path, ROOT) == "[]"
    assert run(code.format("from ciri import evaluate"), tmp_path, ROOT) == "['numba']"


def test_the_import_of_the_package_takes_less_than_a_second_of_processor(tmp_path: Path) -> None:
    code = (
        "import time; begun = time.process_time(); import ciri; print(time.process_time() - begun)"
    )
    assert float(run(code, tmp_path, ROOT)) < 1


def readme_example() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return example


def test_the_example_of_the_readme_runs_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    said = run(readme_example(), tmp_path, ROOT)
    assert "mean_depth" in said
    assert "harrell_c" in said


def test_the_example_of_the_readme_needs_only_what_the_package_brings() -> None:
    tree = ast.parse(readme_example())
    needed = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert needed == {"ciri", "pandas", "sksurv"}


@pytest.mark.parametrize("absent", ["altair", "vl_convert"])
def test_figures_without_the_extra_say_what_to_install(absent: str, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.modules['{absent}'] = None\n"
        "from ciri import NotInstalled, figures, minimal_depth\n"
        "try: figures.message_figure, figures.render_svg\n"
        "except ImportError as error: print(isinstance(error, NotInstalled), error)"
    )
    assert run(code, tmp_path, ROOT) == (
        f"True Figures need the package {absent}; install ciri with its extra, as in pip install "
        "'./ciri[figures]'."
    )
