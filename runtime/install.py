"""Make .venv and install one of the locks into it. Runs under any Python >= 3.11, before .venv is there,
so it uses the standard library only and imports nothing of ours."""

import fcntl
import filecmp
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "install.log"
# The test lock holds everything of the other one, so installing it installs both.
HOLDS = {
    "requirements.lock": ["requirements.lock"],
    "requirements-test.lock": ["requirements.lock", "requirements-test.lock"],
}


def main(lock: str) -> None:
    """Install `lock` unless another process has just done so."""
    try:
        VENV.mkdir(exist_ok=True)
        with open(VENV / "install.flock", "w") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)
            if not is_installed(lock):
                install(lock)
    except OSError as error:
        sys.exit(
            f"yogo: {VENV} cannot be written ({error.strerror}): give yourself a copy of Yogo."
        )


def is_installed(lock: str) -> bool:
    """Whether .venv has a Python that runs and the lock's own text as a sign of being complete."""
    stamp = VENV / lock
    return stamp.exists() and filecmp.cmp(HOME / lock, stamp, shallow=False) and runs()


def runs() -> bool:
    """Whether .venv's Python starts and is new enough (its own Python may have been removed)."""
    check = [str(PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    try:
        return subprocess.run(check, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def install(lock: str) -> None:
    for stamp in HOLDS["requirements-test.lock"]:
        (VENV / stamp).unlink(missing_ok=True)
    if not runs():
        print("yogo: making .venv", file=sys.stderr)
        make_venv()
    print(f"yogo: installing {lock} into .venv (once; a minute or two)", file=sys.stderr)
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    with open(LOG, "wb") as log:
        done = subprocess.run(
            [*command, "--require-hashes", "--requirement", str(HOME / lock)],
            check=False,
            stdout=log,
            stderr=log,
        )
    if done.returncode:
        sys.exit(f"yogo: {lock} could not be installed: {last_error()} (see {LOG})")
    for stamp in HOLDS[lock]:
        draft = VENV / f"{stamp}.new"
        shutil.copyfile(HOME / stamp, draft)
        draft.rename(VENV / stamp)


def make_venv() -> None:
    for name in ("bin", "lib", "lib64", "include"):
        found = VENV / name
        if found.is_symlink():
            found.unlink()
        else:
            shutil.rmtree(found, ignore_errors=True)
    try:
        venv.create(VENV, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError as error:
        sys.exit(f"yogo: {VENV} could not be made: {error}")


def last_error() -> str:
    lines = LOG.read_text(errors="replace").splitlines()
    errors = [line for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["pip said nothing"])[-1].removeprefix("ERROR: ")


if __name__ == "__main__":
    main(sys.argv[1])
