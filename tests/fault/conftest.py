"""What the suites of faults share: the shim that breaks a process between two system calls."""

import pytest

from tests.support.shim import Shim, compile_shim


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Shim:
    return compile_shim(tmp_path_factory.mktemp("shim"))
