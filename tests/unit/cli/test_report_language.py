"""The languages of `koosend report`, as they are written on the command line."""

import pytest
from click.testing import CliRunner

from pipeline.cli.main import koosend
from pipeline.language import Language


@pytest.mark.parametrize("language", Language)
def test_a_language_is_named_by_its_code(language: Language) -> None:
    named = CliRunner().invoke(koosend, ["report", "--language", language.value, "--help"])
    assert named.exit_code == 0
    assert language.value in named.output.partition("--language")[2].partition("\n")[0]
    chosen = CliRunner().invoke(koosend, ["report", "nowhere.toml", "--language", language.value])
    assert "Invalid value" not in chosen.output
    other = CliRunner().invoke(koosend, ["report", "nowhere.toml", "--language", "xx"])
    assert (other.exit_code, "Invalid value" in other.output) == (2, True)
