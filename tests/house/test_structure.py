"""Hold the shape of the project: what lies where."""

import ast

from tests.support.source import ROOT, modules, name, tracked, tree

TOP_LEVEL = {
    "pipeline",
    "configs",
    "sample_data",
    "tests",
    "docs",
    ".ci",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    "pyproject.toml",
    "setup.py",
    "Makefile",
    "README.md",
    "README.zh-CN.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "SECURITY.md",
}


def test_the_top_level_holds_only_what_was_agreed() -> None:
    assert {path.split("/", 1)[0] for path in tracked()} <= TOP_LEVEL


def test_every_package_of_the_pipeline_says_what_it_is_for() -> None:
    silent = [
        name(module)
        for module in modules()
        if module.name == "__init__.py" and not ast.get_docstring(tree(module))
    ]
    assert silent == []


def test_every_folder_of_code_in_the_pipeline_is_a_package() -> None:
    folders = {module.parent for module in modules() if (ROOT / "pipeline") in module.parents}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_nothing_generated_is_under_version_control() -> None:
    generated = ("__pycache__", ".sqlite3", ".pyc", "events.jsonl", ".egg-info", "var/")
    assert [path for path in tracked() if any(mark in path for mark in generated)] == []
