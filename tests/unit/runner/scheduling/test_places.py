"""Schedules are written where the machine's own daemons look, for whoever calls."""

import os
import pwd
from pathlib import Path

from pipeline.runner.scheduling.places import places_of


def test_root_writes_for_the_machine_and_others_for_themselves() -> None:
    me = pwd.getpwuid(os.geteuid())
    found = places_of(me, {})
    if me.pw_uid == 0:
        assert found.units == Path("/etc/systemd/system")
        assert found.logrotate == Path("/etc/logrotate.d")
        assert tuple(found.crontab) == ("crontab", "-u", me.pw_name)
        assert found.is_system
    else:
        assert found.units == Path(me.pw_dir) / ".config" / "systemd" / "user"
        assert found.logrotate is None
        assert tuple(found.crontab) == ("crontab",)
        assert not found.is_system
        own = places_of(me, {"XDG_CONFIG_HOME": "/elsewhere"})
        assert own.units == Path("/elsewhere/systemd/user")
