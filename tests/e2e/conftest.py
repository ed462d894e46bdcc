"""What the tests of the command share: a desk of a test's own, and the list that lies on it.

A module whose MEMBERS is a number has a list of so many members on the desk, under its campaign.
One whose IS_FORK is False starts each command afresh, as its users do.
"""

from pathlib import Path

import pytest

from tests.support.command import Desk
from tests.support.members import Members, write_members


@pytest.fixture
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    found = Desk(tmp_path, getattr(request.module, "IS_FORK", True))
    found.write_campaign()
    if hasattr(request.module, "MEMBERS"):
        write_members(tmp_path / "members.csv", request.module.MEMBERS)
    return found


@pytest.fixture
def members(desk: Desk, request: pytest.FixtureRequest) -> Members:
    """Tell what is true of the list on the desk, which is written once more, the same."""
    return write_members(desk.folder / "members.csv", request.module.MEMBERS)
