"""Compile the catalogues of pipeline/locale before they are packed; all else is in pyproject.toml."""

from babel.messages.frontend import CommandLineInterface
from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithTexts(build_py):
    """Make koosend.mo in the tree, which an editable install reads and a wheel takes along."""

    def run(self) -> None:
        """Compile, and go on. Raises SystemExit where a translation's places are not the text's."""
        if CommandLineInterface().run(["pybabel", "--quiet", "compile"]):
            raise SystemExit("a text of pipeline/locale cannot be compiled: see above")
        super().run()


setup(cmdclass={"build_py": BuildWithTexts})
