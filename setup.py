"""What the build does beside pyproject.toml: texts, the demo, manual pages, and a place of its own.

The wheel's only package is `koosend`; see docs/explanation/adr/.
"""

import shutil
from pathlib import Path

from babel.messages.frontend import CommandLineInterface
from setuptools import find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.command.egg_info import egg_info

ROOT = Path(__file__).resolve().parent
DEMO = ("configs/*.toml", "sample_data/*.csv", "sample_data/*.xlsx", "sample_data/README.md")
SHARED = {
    "share/man/man1": "docs/reference/generated/man/*.1",
    "share/bash-completion/completions": "docs/reference/generated/completion/koosend",
    "share/zsh/site-functions": "docs/reference/generated/completion/_koosend",
    "share/fish/vendor_completions.d": "docs/reference/generated/completion/koosend.fish",
    "share/doc/koosend/monitoring": "configs/monitoring/*",
    "share/doc/koosend/container": "configs/container/*",
}


def files(*patterns: str) -> list[str]:
    """Return the files of the tree that fit, relative to it."""
    found = (path for pattern in patterns for path in ROOT.glob(pattern))
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


class Build(build_py):
    """Make koosend.mo in the tree, which an editable install reads and a wheel takes along."""

    def run(self) -> None:
        """Compile, and go on. Raises SystemExit where a translation's places are not the text's."""
        if CommandLineInterface().run(["pybabel", "--quiet", "compile"]):
            raise SystemExit("a text of pipeline/locale cannot be compiled: see above")
        built = Path(self.build_lib)
        if not self.editable_mode:
            shutil.rmtree(built, ignore_errors=True)
        super().run()
        if not self.editable_mode:
            self._put_aside(built)

    def get_source_files(self) -> list[str]:
        """Return what a source distribution takes along for the build, the demo's files too."""
        return [*super().get_source_files(), *files(*DEMO)]

    @staticmethod
    def _put_aside(built: Path) -> None:
        """Put the code where only koosend's own processes look, and beside it what a demo needs."""
        app = built / "koosend" / "_app"
        app.mkdir()
        (built / "pipeline").rename(app / "pipeline")
        for name in files(*DEMO):
            target = app / name
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(ROOT / name, target)


class Facts(egg_info):
    """Say that the only package to import is the launcher."""

    def run(self) -> None:
        """Write what is known, without the name that only koosend's own processes find."""
        super().run()
        (Path(self.egg_info) / "top_level.txt").write_text("koosend\n", encoding="utf-8")


setup(
    packages=["koosend", *find_packages(include=["pipeline*"], exclude=["pipeline.launcher*"])],
    package_dir={"koosend": "pipeline/launcher"},
    data_files=[(place, files(pattern)) for place, pattern in SHARED.items()],
    cmdclass={"build_py": Build, "egg_info": Facts},
)
