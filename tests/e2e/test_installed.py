"""koosend as a user has it: a wheel in an environment of its own, beside other software."""

import csv
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.source import ROOT, tracked

FOREIGN = "somebody else's pipeline"
MEMBERS = 3


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment with koosend's wheel, a folder to work in, and the wheel itself."""

    venv: Path
    folder: Path
    wheel: Path

    def call(
        self, *words: object, program: str = "koosend", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Call a program of the environment; nothing of the source tree is near."""
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        return subprocess.run(
            [self.venv / "bin" / program, *map(str, words)],
            cwd=self.folder,
            env={**clean, **(env or {})},
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )


def foreign_wheel(folder: Path) -> Path:
    """Make a distribution whose only package is called pipeline, too."""
    wheel = folder / "pipeline-9.9-py3-none-any.whl"
    info = "pipeline-9.9.dist-info"
    files = {
        "pipeline/__init__.py": f"WHOSE = {FOREIGN!r}\n",
        "pipeline/cli.py": "raise SystemExit('not koosend')\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: pipeline\nVersion: 9.9\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return wheel


def built_wheel(folder: Path) -> Path:
    """Build koosend's wheel of what is under version control, by way of a source distribution."""
    tree = folder / "tree"
    for name in tracked():
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)
    make = f"import setuptools.build_meta as made; made.build_sdist({str(folder)!r})"
    subprocess.run(
        [sys.executable, "-c", make], cwd=tree, check=True, capture_output=True, timeout=120
    )
    (sources,) = map(str, folder.glob("koosend-*.tar.gz"))
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder))
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, sources], check=True)
    (wheel,) = folder.glob("koosend-*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True, timeout=120)
    wheels = (built_wheel(folder), foreign_wheel(folder))
    uv = Path(sys.executable).parent / "uv"
    options = ("--quiet", "--offline", "--no-index", "--no-deps", "--python", venv)
    subprocess.run([uv, "pip", "install", *options, *wheels], check=True, timeout=120)
    # What koosend needs is taken from here: a path alone, so that nothing of the tree is found.
    (packages,) = (venv / "lib").glob("python*/site-packages")
    (packages / "parts.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    work = folder / "work"
    work.mkdir()
    return Installed(venv, work, wheels[0])


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def test_the_wheel_has_all_of_the_code_and_one_name_to_import(installed: Installed) -> None:
    names = names_in(installed.wheel)
    inside = "koosend/_app/"
    ours = {name for name in tracked() if name.startswith("pipeline/")}
    launcher = {name for name in ours if name.startswith("pipeline/launcher/")}
    compiled = {name[:-2] + "mo" for name in ours if name.endswith(".po")}  # git holds none
    assert compiled
    code = {name.removeprefix(inside) for name in names if name.startswith(f"{inside}pipeline/")}
    assert code == (ours - launcher) | compiled
    demo = {name for name in tracked() if name.startswith("configs/") and name.endswith(".toml")}
    assert demo <= {name.removeprefix(inside) for name in names}
    packages = {name.split("/")[0] for name in names}
    assert {name for name in packages if ".dist-info" not in name and ".data" not in name} == {
        "koosend"
    }


def test_a_foreign_pipeline_and_koosend_both_work_beside_each_other(installed: Installed) -> None:
    theirs = installed.call("-c", "import pipeline; print(pipeline.WHOSE)", program="python")
    assert theirs.stdout.strip() == FOREIGN
    for words, program in ((("--version",), "koosend"), (("-m", "koosend", "--version"), "python")):
        ours = installed.call(*words, program=program)
        assert ours.stdout.startswith("koosend "), ours.stderr
    elsewhere = installed.folder / "elsewhere" / "pipeline"
    elsewhere.mkdir(parents=True)
    (elsewhere / "__init__.py").write_text("raise SystemExit('not koosend')\n", encoding="utf-8")
    searched = {"PYTHONPATH": str(elsewhere.parent)}
    assert installed.call("--help", env=searched).stdout.startswith("Usage: koosend")
    both = "import koosend, pipeline, sys; print(pipeline.WHOSE); sys.exit(koosend.main())"
    mixed = installed.call("-c", both, program="python")
    assert mixed.stdout.strip() == FOREIGN
    assert mixed.returncode == 70
    assert mixed.stderr.startswith("koosend: another package called pipeline")


def test_the_demo_runs_in_a_folder_of_the_users_choice_and_keeps_what_they_changed(
    installed: Installed,
) -> None:
    folder = installed.folder / "a demo"
    laid_out = installed.call("demo", folder, "--files-only")
    assert (laid_out.returncode, laid_out.stderr) == (0, "")
    members = folder / "sample_data" / "members.csv"
    assert len(members.read_text(encoding="utf-8-sig").splitlines()) > 12_000
    with members.open("w", encoding="utf-8", newline="") as file:
        rows = [[f"139000000{row:02d}", f"会员{row}", str(row)] for row in range(MEMBERS)]
        csv.writer(file).writerows([["手机号", "姓名", "积分"], *rows])
    campaign = folder / "configs" / "demo.toml"
    text = campaign.read_text(encoding="utf-8").replace("lifetime_s = 20", "lifetime_s = 2")
    campaign.write_text(text.replace("timeout_s = 30", "timeout_s = 3"), encoding="utf-8")
    done = installed.call("demo", folder)
    assert done.returncode == 0, done.stderr
    assert "files are written" not in done.stdout
    assert f"{MEMBERS}  rows in the spreadsheet" in done.stdout
    assert list((folder / "var" / "demo" / "runs").glob("*/rehearsal-report.xlsx"))
    # A workbook is read, and the emulator runs, in processes of their own.
    offered = installed.call("init", folder / "sample_data" / "members.xlsx")
    assert offered.returncode == 0, offered.stderr
    assert "手机号" in offered.stdout


def test_the_demo_writes_over_nothing_and_says_what_is_in_its_way(installed: Installed) -> None:
    folder = installed.folder / "taken"
    (folder / "configs" / "demo.toml").mkdir(parents=True)
    done = installed.call("demo", folder, "--files-only")
    assert done.returncode == 2
    assert "name another folder" in done.stderr


def test_the_manual_and_the_completions_are_installed_and_work(installed: Installed) -> None:
    share = installed.venv / "share"
    manuals = {file.name for file in (share / "man" / "man1").iterdir()}
    assert {"koosend.1", "koosend-run.1", "koosend-demo.1"} <= manuals
    assert (share / "zsh" / "site-functions" / "_koosend").exists()
    assert (share / "fish" / "vendor_completions.d" / "koosend.fish").exists()
    script = share / "bash-completion" / "completions" / "koosend"
    asked = f'. "{script}"; COMP_WORDS=(koosend re); COMP_CWORD=1; _koosend_completion koosend'
    line = f'PATH="{installed.venv / "bin"}:$PATH"; {asked}; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(
        ["/bin/bash", "-c", line], capture_output=True, check=False, text=True, timeout=60
    )
    assert {"reconcile", "report", "restore"} <= set(done.stdout.split()), done.stderr
