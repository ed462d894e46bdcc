import pytest

from pipeline.core import errors
from pipeline.core.errors import Exit, KoosendError

EXPECTED = {
    "KoosendError": 70,
    "UsageError": 2,
    "NotRunYet": 2,
    "SourceDamaged": 65,
    "SourceMissing": 66,
    "ProviderUnavailable": 69,
    "NotKooMessage": 69,
    "ReportUnwritable": 73,
    "LedgerUnwritable": 74,
    "WorkLeft": 75,
    "OnlyFirst": 75,
    "WindowClosed": 75,
    "Paused": 75,
    "StartMissed": 75,
    "RunHeld": 75,
    "Overtaken": 75,
    "CredentialsRefused": 77,
    "CampaignInvalid": 78,
    "AccountDiffers": 78,
    "DecisionNeeded": 79,
    "NewLedger": 79,
    "ListQuestioned": 79,
    "RepeatsFound": 79,
    "UnusualList": 79,
    "Interrupted": 130,
}


def _every_error() -> list[type[KoosendError]]:
    found = [KoosendError]
    for error in found:
        found.extend(error.__subclasses__())
    return found


@pytest.mark.parametrize("error", _every_error(), ids=lambda error: str(error.__name__))
def test_an_error_has_the_exit_code_that_the_design_gives_it(error: type[KoosendError]) -> None:
    assert error.exit_code == EXPECTED[error.__name__]


def test_every_error_of_the_design_is_there_and_drawn_in_the_tree() -> None:
    assert {error.__name__ for error in _every_error()} == set(EXPECTED)
    assert errors.__doc__ is not None
    drawn = errors.__doc__
    for name in EXPECTED:
        assert name in drawn


def test_exit_codes_are_distinct() -> None:
    assert len({code.value for code in Exit}) == len(list(Exit)) == len(Exit.__members__)
