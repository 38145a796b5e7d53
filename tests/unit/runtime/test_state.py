import os
import signal
import subprocess
import sys
import time

import pytest

from runtime.paths import Places
from runtime.processes import birth
from runtime.state import Held, Leftover, State, end_leftovers, hold, read_state, write_state


def test_one_command_at_a_time_holds_a_data_folder_and_the_next_learns_which(
    places: Places,
) -> None:
    told = rf"./yogo up \(process {os.getpid()}\)"
    with hold(places, "up"), pytest.raises(Held, match=told), hold(places, "manage check"):
        pass
    with hold(places, "manage check"):
        pass


def test_the_state_is_read_as_it_was_written_and_only_by_its_owner(places: Places) -> None:
    state = State(1, "up", {"DATABASE_URL": "x"}, [Leftover("web", 2, "3", 15)], ready=True)
    write_state(places, state)
    assert read_state(places) == state
    assert places.state.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"processes": 3}', '{"processes": [{}]}'])
def test_a_damaged_state_is_no_state(places: Places, text: str) -> None:
    places.state.write_text(text)
    assert read_state(places) is None
    assert end_leftovers(places) == []


def test_what_a_killed_supervisor_left_is_ended(places: Places) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_DFL); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True) as left:
        born = birth(left.pid)
        assert born
        write_state(places, State(1, "up", {}, [Leftover("web", left.pid, born, signal.SIGTERM)]))
        assert end_leftovers(places) == ["web"]
        assert left.wait(5) == -signal.SIGTERM


def test_a_process_that_only_has_the_same_id_is_left_alone(places: Places) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        earlier = Leftover("web", stranger.pid, "another birth", signal.SIGKILL)
        write_state(places, State(1, "up", {}, [earlier]))
        assert end_leftovers(places) == []
        time.sleep(0.1)
        assert stranger.poll() is None
        stranger.kill()
