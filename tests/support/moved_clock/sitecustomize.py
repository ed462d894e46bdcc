"""Move a process's clock by KOOSEND_TEST_AHEAD_S seconds: this folder stands on its PYTHONPATH."""

import os
import time

_AHEAD_S = float(os.environ.get("KOOSEND_TEST_AHEAD_S", "0"))
_now = time.time


def _moved() -> float:
    return _now() + _AHEAD_S


time.time = _moved
