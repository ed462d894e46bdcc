"""Where an account's store lies, and what a user is told who has no home folder."""

import os
from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
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
