import pytest

from runtime.credentials import load_or_make
from runtime.errors import CannotStart
from runtime.paths import Places


def test_credentials_are_made_once_and_only_for_their_owner(places: Places) -> None:
    made = load_or_make(places.credentials)
    assert load_or_make(places.credentials) == made
    assert places.credentials.stat().st_mode & 0o777 == 0o600
    assert len({made.secret_key, made.owner_password, made.database_password}) == 3
    assert len(made.secret_key) >= 50


def test_damaged_credentials_are_not_made_anew(places: Places) -> None:
    places.credentials.write_text('{"secret_key": ')
    with pytest.raises(CannotStart, match="damaged: restore it from a backup"):
        load_or_make(places.credentials)
