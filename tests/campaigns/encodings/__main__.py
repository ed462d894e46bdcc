"""Draw lists in every encoding and hold what is read against what was written."""

import argparse
import sys

from tests.campaigns.encodings.judge import Findings, campaign

LISTS = 20_000


def main() -> int:
    """Run the campaign and print its table; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lists", type=int, default=LISTS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sentences", action="store_true", help="print each refusal")
    asked = parser.parse_args()
    findings = campaign(asked.lists, asked.seed)
    print(table(findings))
    if asked.sentences:
        print(*findings.sentences, sep="\n")
    for fault in findings.faults:
        print(fault)
    return 1 if findings.faults else 0


def table(findings: Findings) -> str:
    """Return one line for each encoding and size."""
    lines = [f"{'list':24} {'size':20} {'right':>6} {'refused':>8} {'wrong':>6}"]
    for kind, size in dict.fromkeys((kind, size) for kind, size, _ in sorted(findings.counts)):
        right, refused, wrong = (
            findings.counts[kind, size, end] for end in ("right", "refused", "wrong")
        )
        lines.append(f"{kind:24} {size:20} {right:6} {refused:8} {wrong:6}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
