"""Receipts reach whoever registered for them, in order, once, and across a restart."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import Sdk, phones, sdk_client, send_basic, send_cards

pytestmark = pytest.mark.filterwarnings(
    "ignore:datetime.datetime.utc:DeprecationWarning"  # the SDK's clock, from Python 3.12 on
)

QUICK = """
[numbers]
deliver_delay_s = [0.0, 0.2]
[receipts]
hold_after_restart_s = 0.1
"""
WAIT_S = 20


class Receiver:
    """A customer's receipt address; it answers 500, which the provider does not care about."""

    def __init__(self, url: str, bodies: "queue.Queue[dict[str, Any]]") -> None:
        self.url = url
        self._bodies = bodies

    def next(self) -> dict[str, Any]:
        """Wait for one push."""
        return self._bodies.get(timeout=WAIT_S)

    def reports(self, count: int) -> list[dict[str, Any]]:
        """Wait for so many AIM basic reports."""
        reports: list[dict[str, Any]] = []
        while len(reports) < count:
            body = self.next()
            assert len(body["reports"]) <= 500
            assert len(body["seq_id"]) == 32
            reports += body["reports"]
        return reports

    def is_quiet(self) -> bool:
        """Tell whether nothing is waiting."""
        return self._bodies.empty()


@contextmanager
def receiver() -> Iterator[Receiver]:
    bodies: queue.Queue[dict[str, Any]] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing: the numbers are nobody's business."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Receiver(f"http://127.0.0.1:{server.server_port}/receipts", bodies)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(name="options")
def _options(tmp_path: Path) -> EmulatorOptions:
    world = tmp_path / "world.toml"
    world.write_text(QUICK, encoding="utf-8")
    return EmulatorOptions(world=world, link_lifetime_s=1_000.0)


def register_basic(client: Sdk, url: str) -> None:
    body = sdk.AddVmsCallBackRequestBody(callback_url=url, url_type=0)
    client.add_vms_call_back(sdk.AddVmsCallBackRequest(body=body))


def register_aim(client: Sdk, url: str, url_type: int) -> None:
    body = sdk.AddCallbackRequestBody(callback_url=url, url_type=url_type)
    client.add_call_back(sdk.AddCallBackRequest(body=body))


def reported(emulator: EmulatorProcess) -> dict[str, str]:
    """Return the codes of the messages that will be reported, by number."""
    codes = {line["phone"]: line["truth"]["code"] for line in emulator.messages()}
    return {phone: code for phone, code in codes.items() if code != "EXPIRED"}


def test_basic_reports_come_in_order_and_once(tmp_path: Path, options: EmulatorOptions) -> None:
    with running_emulator(tmp_path, options) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        register_basic(client, customer.url)
        task_id = send_basic(client, "receipts", phones(1_200)).data.task_id
        expected = reported(emulator)
        reports = customer.reports(len(expected))
        assert {report["mobile"]: report["code"] for report in reports} == expected
        assert {report["task_id"] for report in reports} == {task_id}
        assert customer.is_quiet()
        moments = [datetime.strptime(one["rtime"], "%Y-%m-%d %H:%M:%S") for one in reports]  # noqa: DTZ007 -- the documents' form has no zone
        assert moments == sorted(moments)
        for report in reports:
            is_ok = report["code"] == "DELIVRD"
            assert report["status"] == (0 if is_ok else 1)
            assert report["desc"] == ("success" if is_ok else "fail")


def test_card_receipts_come_as_strings_of_json_singly_and_in_batches(
    tmp_path: Path, options: EmulatorOptions
) -> None:
    with (
        running_emulator(tmp_path, options) as emulator,
        receiver() as single,
        receiver() as batch,
    ):
        client = sdk_client(emulator.url)
        register_aim(client, single.url, 0)
        register_aim(client, batch.url, 2)
        send_cards(client, "receipts", phones(30))
        truths = {line["phone"]: line["truth"] for line in emulator.messages()}
        expected = {("sms", phone) for phone in reported(emulator)}
        cards = {phone for phone, truth in truths.items() if truth["rendered"] == "card"}
        expected |= {("shortchain", phone) for phone in cards}
        emulator.advance(500)
        seen: set[tuple[str, str]] = set()
        while len(seen) < len(expected):
            body = single.next()
            news = json.loads(body["body"])
            seen.add((body["callback_type"], news["cust_flag"]))
            assert body["retry"] is False
        assert seen == expected
        batched: list[tuple[str, str]] = []
        while len(batched) < len(expected):
            body = batch.next()
            for news in json.loads(body["body"]):
                batched.append((body["callback_type"], news["cust_flag"]))
                if body["callback_type"] == "sms":
                    assert news["send_status"] == truths[news["cust_flag"]]["code"]
                    assert (news["total"], news["sequence"]) == ("1", "1")
                else:
                    assert (news["status"], news["aim_url"][-6:]) == (0, news["aim_code"])
        assert sorted(batched) == sorted(expected)


def test_receipts_due_while_the_emulator_was_down_come_after_it_and_none_twice(
    tmp_path: Path, options: EmulatorOptions
) -> None:
    with receiver() as customer:
        with running_emulator(tmp_path, options) as emulator:
            client = sdk_client(emulator.url)
            register_basic(client, customer.url)
            send_basic(client, "first", phones(50))
            first = customer.reports(len(reported(emulator)))
            send_basic(client, "second", phones(50, 13_900_000_000))
            expected = reported(emulator)
            emulator.kill()
        with running_emulator(tmp_path, options):
            rest = customer.reports(len(expected) - len(first))
            assert {one["mobile"] for one in first + rest} == set(expected)


def test_what_was_due_before_anybody_registered_is_nobodys(
    tmp_path: Path, options: EmulatorOptions
) -> None:
    with running_emulator(tmp_path, options) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        send_basic(client, "early", phones(20))
        emulator.advance(60)
        register_basic(client, customer.url)
        late = send_basic(client, "late", phones(20, 13_900_000_000)).data.task_id
        count = sum(phone.startswith("139") for phone in reported(emulator))
        assert {report["task_id"] for report in customer.reports(count)} == {late}
