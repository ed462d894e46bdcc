"""Hold the page of rights to what koosend asks: every operation, and no other."""

import re

from pipeline.koomessage.transport.operations import OPERATIONS
from tests.support.source import ROOT

PAGE = (ROOT / "docs" / "reference" / "iam-rights.md").read_text(encoding="utf-8")
OPERATION = re.compile(r"`((?:Add|Check|Create|Keystone|List|Send|Show)[A-Z]\w+)`")


def test_each_operation_that_is_asked_stands_there_and_no_other() -> None:
    assert set(OPERATION.findall(PAGE)) == set(OPERATIONS.values())


def test_an_action_is_one_of_the_service_and_reads_or_sends() -> None:
    actions = set(re.findall(r"kooMessage:\w+:\w+", PAGE))
    assert len(actions) >= 8
    assert {action.rpartition(":")[2] for action in actions} == {"create", "list", "check"}
