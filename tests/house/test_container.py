"""Hold the container to what it promises: no root, nothing to write to, nothing unpinned."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import click
import pytest
import yaml

from pipeline.cli.main import koosend
from pipeline.settings.account import Account
from tests.support.source import ROOT

FOLDER = ROOT / "configs" / "container"
KNOWN = {
    *("ARG", "FROM", "COPY", "RUN", "LABEL", "ENV", "USER", "WORKDIR", "VOLUME", "STOPSIGNAL"),
    *("HEALTHCHECK", "ENTRYPOINT", "CMD"),
}
USER = "10001:10001"


def instructions() -> Sequence[tuple[str, str]]:
    """Read the Containerfile: its instructions with their words, lines joined."""
    text = (FOLDER / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    parted = (line.partition(" ") for line in joined.splitlines())
    return [(name, words.strip()) for name, _, words in parted]


def of(name: str) -> list[str]:
    return [words for found, words in instructions() if found == name]


def version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def compose() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    return found


SERVICES = compose()["services"]


def test_every_line_is_an_instruction_that_there_is_and_nothing_is_fetched_from_elsewhere() -> None:
    assert {name for name, _ in instructions()} <= KNOWN
    assert not [words for words in of("RUN") if re.search(r"curl|wget|https?://|apt|sudo", words)]
    assert all("--no-index" in part for words in of("RUN") for part in installs(words))
    assert any("--require-hashes" in part for words in of("RUN") for part in installs(words))


def installs(words: str) -> list[str]:
    return [part for part in words.split("&&") if "pip install" in part]


def test_the_base_has_an_exact_version_and_both_stages_are_of_it() -> None:
    (python,) = of("ARG")
    assert re.fullmatch(r"PYTHON=docker\.io/library/python:3\.\d+\.\d+-slim-\w+", python)
    assert [words.split(" ")[0] for words in of("FROM")] == ["${PYTHON}"] * 2


def test_the_last_user_is_nobody_of_the_host_and_comes_before_what_is_run() -> None:
    names = [name for name, _ in instructions()]
    assert of("USER") == [USER]
    after = names[names.index("USER") :]
    assert "RUN" not in after
    assert "COPY" not in after


def test_what_is_run_is_no_shells_line_and_its_health_can_be_asked() -> None:
    for name in ("ENTRYPOINT", "CMD"):
        (words,) = of(name)
        assert isinstance(json.loads(words), list)
    (health,) = of("HEALTHCHECK")
    assert isinstance(json.loads(health.partition("CMD ")[2]), list)
    for option in ("interval", "timeout", "start-period", "retries"):
        assert f"--{option}=" in health


def test_no_secret_is_part_of_an_image() -> None:
    given = " ".join((*of("ENV"), *of("ARG"), *of("LABEL"), *of("COPY")))
    assert not re.search(r"(?i)secret|token|password|_SK\b|_AK\b|\.env\b", given)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_little_and_write_nowhere_but_to_its_state(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] == USER
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & service.keys()
    assert service["image"] == f"koosend:{version()}"
    writable = [one for one in service["volumes"] if isinstance(one, str)]
    assert writable == ["state:/var/lib/koosend"]
    assert all(one["read_only"] for one in service["volumes"] if not isinstance(one, str))
    assert "noexec" in service["tmpfs"][0]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert int(service["stop_grace_period"].rstrip("s")) > 60


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_calls_what_koosend_knows(name: str) -> None:
    word, *arguments = SERVICES[name]["command"]
    command = koosend.get_command(click.Context(koosend), word)
    assert command is not None
    command.make_parser(click.Context(command)).parse_args([str(one) for one in arguments])
    has_listener = word == "serve"
    assert has_listener is not bool(SERVICES[name].get("healthcheck", {}).get("disable"))


def test_the_variables_that_the_page_names_are_those_that_campaigns_have() -> None:
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    usual = {name for _, name in Account(endpoint="https://x.example").variables}
    assert {name for name in usual if name in text} == usual
