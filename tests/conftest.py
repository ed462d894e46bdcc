"""What all tests share: an environment without wishes, and the same examples in each run.

`--hypothesis-profile=new-examples` draws other examples each time.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.support.sweep import found_in

SWAYING = (
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"),
    *("TTY_INTERACTIVE", "COLUMNS", "LINES", "SUDO_USER"),
    *("KOOSEND_STATE", "KOOSEND_RECEIPTS_TOKEN", "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
)
"""Variables by which whoever calls the tests would change what commands show, send or take."""

for name in SWAYING:
    os.environ.pop(name, None)

# A machine may do other things too: no example has a deadline, none is drawn too slowly.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("new-examples", UNHURRIED)
settings.register_profile("same-examples", UNHURRIED, derandomize=True)
settings.load_profile("same-examples")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the whole run where anything that it left holds a whole number, or a secret."""
    if hasattr(session.config, "workerinput"):
        return  # the one that started the workers looks at what all of them left
    factory = session.config._tmp_path_factory  # type: ignore[attr-defined]  # no other way
    found = list(found_in(factory.getbasetemp()))
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    for line in found:
        if reporter is not None:
            reporter.write_line(f"\nleft behind: {line}")
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
