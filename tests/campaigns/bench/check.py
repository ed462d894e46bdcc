"""The check job: `koosend check` itself, from its start to its end, as a user calls it."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.campaigns.bench.ingest import CAMPAIGN
from tests.campaigns.bench.measure import told_of_children


def check(path: Path) -> int:
    """Judge a file by the emulator's templates; return how many rows the command told of."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        file = Path(folder) / "campaign.toml"
        file.write_text(CAMPAIGN.format(path=path), encoding="utf-8")
        command = [sys.executable, "-m", "pipeline", "check", str(file), "--json"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        return int(json.loads(done.stdout)["rows"])


if __name__ == "__main__":
    began = time.perf_counter()
    rows = check(Path(sys.argv[1]))
    told_of_children(rows, time.perf_counter() - began)
