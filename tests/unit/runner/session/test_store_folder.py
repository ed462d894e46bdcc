"""Where an account's store lies, and what a user is told who has no home folder."""

import os
from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.runner.session.place import state_folder
from pipeline.runner.session.store_folder import store_folder

REAL = "https://koomessage.myhuaweicloud.cn:443 aa"


def test_a_user_without_a_home_folder_is_told_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54_321)  # in no list of users, as in a container
    with pytest.raises(CampaignInvalid, match=r"set HOME, or name a folder as \[account\] store"):
        store_folder("", REAL, tmp_path, {})
    assert store_folder("/s", REAL, tmp_path, {}) == Path("/s")
    given = store_folder("", REAL, tmp_path, {"XDG_STATE_HOME": "/x"})
    assert given == Path("/x/koosend/accounts")


@pytest.mark.parametrize(
    ("given", "named", "folder"),
    [
        (Path("~/state"), "", "/home/anna/state"),
        (None, "~/state", "/home/anna/state"),
        (Path("/var/state"), "~/state", "/var/state"),
    ],
)
def test_a_state_folder_that_no_shell_has_read_may_begin_in_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, given: Path | None, named: str, folder: str
) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    assert str(state_folder(given, {"KOOSEND_STATE": named})) == folder
