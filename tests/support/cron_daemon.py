"""A real cron daemon whose clock runs sixty times as fast, shut in with a spool of its own.

It needs root, cron and libfaketime (Debian, Ubuntu: `make cron`), and a mount namespace: the
machine's own crontabs, its mail and its units are neither seen nor touched.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.times import in_china
from tests.support.command import Done
from tests.support.listeners import until

PACE = 60
_FAKETIME = tuple(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))

_SENDMAIL = """#!{python}
import smtplib, sys
mail = sys.stdin.buffer.read()
smtplib.SMTP("127.0.0.1", {port}).sendmail("cron@localhost", ["ops@example.com"], mail)
"""

_SHUT_IN = """set -e
mkdir -p "$1/cron.d" "$1/spool" "$1/logrotate.d" "$1/real"
: >"$1/crontab"
mount --bind /usr/sbin "$1/real"
for program in "$1"/real/*; do ln -s "$program" "$1/sbin/"; done
mount --bind "$1/sbin" /usr/sbin
mount --bind "$1/cron.d" /etc/cron.d
mount --bind "$1/crontab" /etc/crontab
mkdir -p /var/spool/cron/crontabs
mount --bind "$1/spool" /var/spool/cron/crontabs
if [ -d /etc/logrotate.d ]; then mount --bind "$1/logrotate.d" /etc/logrotate.d; fi
mount -t tmpfs none /run
LD_PRELOAD="$2" FAKETIME="+0 x$3" exec /usr/sbin/cron -f
"""


def lacking() -> str:
    """Say what is missing for such a daemon; empty where nothing is."""
    if os.geteuid() != 0:
        return "it takes root"
    if shutil.which("cron", path="/usr/sbin") is None or not _FAKETIME:
        return "cron or libfaketime is not installed (make cron)"
    shut_in = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/run"]
    if subprocess.run(shut_in, check=False, capture_output=True).returncode:
        return "this machine allows no mount namespace"
    return ""


@dataclass(frozen=True, slots=True)
class FastCron:
    """The daemon, and when its clock was the machine's."""

    process: "subprocess.Popen[bytes]"
    began: float

    def now(self) -> float:
        """Return what its clock says."""
        return self.began + (time.time() - self.began) * PACE

    def koosend(self, *words: str, cwd: Path) -> Done:
        """Run a command where the daemon's crontabs are."""
        line = ["nsenter", "--mount", "--target", str(self.process.pid), f"--wd={cwd}"]
        line += [sys.executable, "-m", "pipeline", *words]
        done = subprocess.run(line, capture_output=True, check=False, timeout=60)
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def soon(self) -> str:
        """Return a time of day in China that is a few of its minutes ahead."""
        return f"{in_china(self.now() + 4 * 60):%H:%M}"


@contextmanager
def fast_cron(folder: Path, mail_port: int) -> Iterator[FastCron]:
    """Run it beside the test; what it mails goes to the mail server at a port."""
    (folder / "sbin").mkdir(parents=True)
    sendmail = folder / "sbin" / "sendmail"
    text = _SENDMAIL.format(python=sys.executable, port=mail_port)
    sendmail.write_text(text, encoding="utf-8")
    sendmail.chmod(0o755)
    words: Sequence[str] = ("sh", "-c", _SHUT_IN, "sh", str(folder), str(_FAKETIME[0]), str(PACE))
    process = subprocess.Popen(["unshare", "--mount", *words])  # noqa: S607 -- as above
    began = time.time()
    try:
        until(lambda: process.poll() is not None or _is_cron(process.pid))
        assert process.poll() is None, "cron ended at once"
        yield FastCron(process, began)
    finally:
        process.kill()
        process.wait()


def _is_cron(pid: int) -> bool:
    return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "cron"
