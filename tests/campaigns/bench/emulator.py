"""Measure the emulator itself: its own CPU for a 100-number smart send, its memory per message.

python -m tests.campaigns.bench.emulator [--messages 5000000]
"""

import argparse
import json
import os
import tempfile
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from tests.campaigns.bench.measure import peak_bytes
from tests.support.emulator_process import (
    ACCESS_KEY,
    SECRET_KEY,
    EmulatorProcess,
    running_emulator,
)

PER_CALL = 100
MESSAGES = 200_000
HELD = 5_000_000
SLICE_CALLS = 20

_PATH = "/v1/aim/send-tasks"
_WARM_CALLS = 50
_LOOP = 32_000
_LOOPS = 20
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Load:
    """Hold what a load cost the emulator, and the bytes it grew by.

    `ms_per_call` is its own CPU in the cheapest slice of the load: the one that others on the
    machine disturbed least. `loop_ms` is what a fixed loop of this process cost beside it.
    """

    calls: int
    ms_per_call: float
    loop_ms: float
    grown: int
    resident: int

    @property
    def loops_per_call(self) -> float:
        """Return what a call costs in loops: the same on a busy machine and on a slow one."""
        return self.ms_per_call / self.loop_ms

    @property
    def bytes_per_message(self) -> float:
        """Return what one message adds to the memory held."""
        return self.grown / (self.calls * PER_CALL)


def loaded(emulator: EmulatorProcess, messages: int) -> Load:
    """Send so many messages, 100 a call, over one connection."""
    where = urlsplit(emulator.url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=60)
    try:
        for call in range(_WARM_CALLS):
            _send(connection, where.netloc, -1 - call)
        resident = _resident(emulator.process.pid)
        calls = messages // PER_CALL
        slices = []
        for first in range(0, calls, SLICE_CALLS):
            count = min(SLICE_CALLS, calls - first)
            began = _cpu_ms(emulator.process.pid)
            for call in range(first, first + count):
                _send(connection, where.netloc, call)
            slices.append((_cpu_ms(emulator.process.pid) - began) / count)
        now = _resident(emulator.process.pid)
    finally:
        connection.close()
    return Load(calls, min(slices), loop_ms(), now - resident, now)


def loop_ms() -> float:
    """Return the CPU of a fixed loop: about a millisecond where the figures were taken."""
    best = float("inf")
    for _ in range(_LOOPS):
        began = time.thread_time_ns()
        total = 0
        for at in range(_LOOP):
            total += at * at % 7
        best = min(best, (time.thread_time_ns() - began) / _NS_PER_MS)
    return best


def peak_of(emulator: EmulatorProcess) -> int:
    """Return the most bytes that it ever held."""
    return peak_bytes(emulator.process.pid)


def body_of(call: int) -> bytes:
    """Return a send of a card with three values to 100 numbers."""
    numbers = range(13_000_000_000 + (call % 9_999_999) * PER_CALL, 20_000_000_000)[:PER_CALL]
    params = [
        {
            "cust_flag": str(number),
            "dync_params": {"name": f"会员{at}", "points": str(at), "shop": "云商城"},
            "sms_params": [f"会员{at}", str(at)],
        }
        for at, number in enumerate(numbers)
    ]
    channel = {
        "channel_number": "10690000001",
        "sms_tpl_id": "15010661",
        "sms_sign": "云商城",
        "sms_app_name": "member-app",
    }
    resolve = {
        "tpl_id": "700000001",
        "aim_code_type": "individual",
        "resolve_times": 1,
        "expiration_time": 7,
        "params": params,
    }
    body = {"task_name": f"bench-{call}", "sms_channel": channel, "resolve_task": resolve}
    return json.dumps(body, ensure_ascii=False).encode()


def _send(connection: HTTPConnection, host: str, call: int) -> None:
    body = body_of(call)
    headers = {"Host": host, "Content-Type": "application/json"}
    request = SdkRequest("POST", "http", host, _PATH, _PATH, [], headers, body)
    signed = Signer(BasicCredentials(ACCESS_KEY, SECRET_KEY, "p")).sign(request)
    connection.request("POST", _PATH, body, signed.header_params)
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 200, text


def _cpu_ms(pid: int) -> float:
    # The clock of another process's CPU, as clock_getcpuclockid(3) names it.
    return time.clock_gettime_ns(~pid << 3 | 2) / _NS_PER_MS


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the emulator itself.")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_emulator(Path(folder), is_fork=False) as emulator,
    ):
        load = loaded(emulator, given.messages)
        emulator.stats()
        peak = peak_of(emulator)
    print(f"emulator, smart messages, {PER_CALL} a call, {given.messages:,} messages")
    print(f"  own CPU per call           {load.ms_per_call:10.3f} ms")
    print(f"  in loops of 1 ms           {load.loops_per_call:10.3f}")
    print(f"  memory per message         {load.bytes_per_message:10.1f} bytes")
    print(f"  resident after all         {load.resident / 1e6:10.0f} MB")
    print(f"  at most, with its counts   {peak / 1e6:10.0f} MB")
    print(f"  {HELD:,} would add       {load.bytes_per_message * HELD / 1e6:10.0f} MB")


if __name__ == "__main__":
    main()
