"""One service for a state folder, and those who only look whether there is one."""

import fcntl
import os
import threading
from pathlib import Path

import pytest

from pipeline.core.errors import WorkLeft
from pipeline.runner.session.serve_lock import LOCK_FILE, Attended, attended, attending

LISTENS = Attended("127.0.0.1:8090", "")


def test_a_service_is_seen_where_it_listens_and_only_while_it_is_there(tmp_path: Path) -> None:
    assert attended(tmp_path) is None
    with attending(tmp_path) as attendance:
        assert attended(tmp_path) is None
        attendance.tell(LISTENS)
        assert attended(tmp_path) == LISTENS
    assert attended(tmp_path) is None


def test_a_second_service_is_turned_away(tmp_path: Path) -> None:
    with (
        attending(tmp_path),
        pytest.raises(WorkLeft, match="already takes the receipts"),
        attending(tmp_path),
    ):
        pytest.fail("two services take the receipts of one folder")


def test_a_run_that_only_looks_does_not_turn_a_service_away(tmp_path: Path) -> None:
    looking = os.open(tmp_path / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(looking, fcntl.LOCK_SH)
    looked = threading.Timer(0.1, os.close, [looking])
    looked.start()
    with attending(tmp_path) as attendance:
        attendance.tell(LISTENS)
        assert attended(tmp_path) == LISTENS
    looked.join()
