"""Ingest jobs: source to chunked ledger, and what a plain read of the same file costs."""

import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from pipeline.core.model import Channel, Message, SmsLeg, Value
from pipeline.core.sms_segments import measure
from pipeline.core.templates import SmsTemplate, Templates, Variable, VariableKind
from pipeline.ledger import SqliteLedger
from pipeline.reader.reading import read
from pipeline.runner.planning.plan import reader_options
from pipeline.runner.session.outside import SystemClock
from pipeline.settings import load_campaign
from tests.campaigns.bench.measure import told
from tests.support.planning import plan_run

FIELDS = ("name", "points", "city")
MESSAGE = Message(
    channel=Channel.AIM,
    template="700000001",
    params=(("name", Value(0)), ("points", Value(1)), ("shop", Value(2))),
    sms=SmsLeg("10690000001", "15010661", "云商城", "member-app", (Value(0), Value(1))),
    fields=FIELDS,
)
TEXT, LINK, DIGITS = VariableKind.TEXT, VariableKind.NEWTEXT, VariableKind.CHARDIGIT
SMS = SmsTemplate(
    "15010661",
    "${1}您好,您的专属卡片 ${2} ,积分${3}分,回T取关",
    (Variable("1", TEXT), Variable("2", LINK), Variable("3", DIGITS)),
)
TEMPLATES = Templates(
    card=tuple(Variable(name, VariableKind.CARD, 0, 20) for name in ("name", "points", "shop")),
    sms=SMS,
)
CAMPAIGN = """
[campaign]
name = "bench"
channel = "aim"
state = "state"
[account]
endpoint = "emulator"
[source]
path = "{path}"
phone = "phone"
[message]
template = "700000001"
params = {{ name = "name", points = "points", shop = "city" }}
[message.sms]
channel_number = "10690000001"
template = "15010661"
signature = "云商城"
app = "member-app"
params = ["name", "points"]
"""


def koosend(path: Path) -> int:
    """Plan a run of the file in a new ledger, as `koosend run` does."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        file = Path(folder) / "campaign.toml"
        file.write_text(CAMPAIGN.format(path=path), encoding="utf-8")
        clock = SystemClock()
        campaign = load_campaign(file, clock.now())
        ledger = SqliteLedger(Path(folder) / "state")
        try:
            planned = plan_run(campaign, ledger, clock, again=False, progress=lambda _rows: None)
            return planned.record.rows
        finally:
            ledger.close()


def checked(path: Path) -> int:
    """Judge every number and value of the file and count parts, as `koosend check` does."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        file = Path(folder) / "campaign.toml"
        file.write_text(CAMPAIGN.format(path=path), encoding="utf-8")
        campaign = load_campaign(file, SystemClock().now())
        rows, parts = 0, 0
        length = measure(SMS, "云商城")
        for block in read(reader_options(campaign, TEMPLATES)):
            found = block.recipients
            columns = [value.of(found) for value in (Value(0), Value(1))]
            parts += sum(length.parts(columns, len(found)))
            rows += len(found) + len(block.rejected)
        assert parts > 0
        return rows


def plain(path: Path) -> int:
    """Read the file into a DataFrame of texts."""
    if path.suffix == ".csv":
        return len(pd.read_csv(path, dtype=str, keep_default_na=False))
    return len(pd.read_excel(path, engine="calamine", dtype=str))


if __name__ == "__main__":
    began, used = time.perf_counter(), time.process_time()
    jobs = {"koosend": koosend, "checked": checked, "plain": plain}
    rows = jobs[sys.argv[1]](Path(sys.argv[2]))
    told(rows, time.perf_counter() - began, time.process_time() - used)
