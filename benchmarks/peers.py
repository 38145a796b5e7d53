"""The peers: scikit-survival's forest, and R's ranger in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
from sksurv.ensemble import RandomSurvivalForest

PROGRAM = Path(__file__).with_name("ranger.R")
MIN_LEAF = 15
# ranger counts drawn rows where we count different ones: a bootstrap sample holds 63.2 % different rows,
# so that its leaves of 24 are as large, and as many, as ours of 15.
MIN_NODE = round(MIN_LEAF / 0.632)


def scikit_survival(
    trees: int, threads: int, *, low_memory: bool = False, seed: int = 0
) -> RandomSurvivalForest:
    """scikit-survival's forest with the rules of ours."""
    return RandomSurvivalForest(
        trees,
        min_samples_leaf=MIN_LEAF,
        max_features="sqrt",
        n_jobs=threads,
        random_state=seed,
        low_memory=low_memory,
    )


class Ranger:
    """R's ranger on one cohort, kept running, so that only growing is timed. Use it with `with`.

    version: of ranger, empty where it cannot be measured; missing: why, as a sentence.
    """

    def __init__(self, X: Any, y: Any) -> None:
        self.X, self.y = X, y
        self.version, self.missing = "", ""

    def __enter__(self) -> Self:
        if shutil.which("Rscript") is None:
            self.missing = "R is not installed here, so ranger was not measured."
            return self
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "cohort.csv"
        features = pd.DataFrame(self.X).add_prefix("x")
        outcome = pd.DataFrame({"event": self.y["event"].astype(int), "time": self.y["time"]})
        pd.concat([outcome, features], axis=1).to_csv(path, index=False)
        self._process = subprocess.Popen(
            ["Rscript", str(PROGRAM), str(path), str(MIN_NODE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.version = self._answer()
        if not self.version:
            self.missing = "R lacks the package ranger (r-cran-ranger), so it was not measured."
        return self

    def seconds(self, trees: int, threads: int) -> float:
        """How long R says that growing took."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{trees} {threads}\n")
        self._process.stdin.flush()
        return float(self._answer())

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if shutil.which("Rscript") is None:
            return
        self._process.communicate()
        self._folder.cleanup()
