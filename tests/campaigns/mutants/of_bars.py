"""The seeded bugs of security's bars (tests/support/bars.py) and of what people say of a run."""

from tests.campaigns.mutants.seed import Edit, Seed

OF_BARS = (
    Seed(
        "F1",
        "the line of a bug quotes what was raised",
        (
            Edit(
                "pipeline/cli/main.py",
                "kind=type(error).__name__,",
                "kind=repr(error),",
            ),
        ),
        ("tests/unit/cli/test_bug.py",),
    ),
    Seed(
        "F2",
        "what a command makes is open to whoever the umask lets in",
        (
            Edit("pipeline/cli/main.py", "    os.umask(0o077)\n", ""),
            Edit(
                "pipeline/ledger/sqlite/files.py",
                "        folder.mkdir(mode=0o700)\n        folder.chmod(0o700)\n",
                "        folder.mkdir()\n",
            ),
        ),
        ("tests/e2e/test_what_is_left_behind.py",),
    ),
    Seed(
        "F3",
        "the report's page takes texts as markup",
        (
            Edit(
                "pipeline/report/html/page.py",
                "        autoescape=True,\n",
                "        autoescape=False,\n",
            ),
        ),
        ("tests/browser/test_payloads_in_chromium.py",),
    ),
    Seed(
        "F4",
        "what stands in place of a variable's name is quoted",
        (
            Edit(
                "pipeline/settings/bounds.py",
                "    if _USUAL_VARIABLE.fullmatch(name):\n",
                "    if name:\n",
            ),
        ),
        ("tests/e2e/test_what_is_left_behind.py",),
    ),
    Seed(
        "F5",
        "of a long cell every byte is weighed",
        (
            Edit(
                "pipeline/reader/files/candidates.py",
                "    if len(cell) <= CELL_BYTES_MAX:\n        return cell\n",
                "    if cell:\n        return cell\n",
            ),
        ),
        ("tests/property/test_long_cells.py",),
    ),
    Seed(
        "F6",
        "a link may lead anywhere",
        (
            Edit(
                "pipeline/core/templates.py",
                "    if objection is Rejection.VALUE_LINK_NOT_PUBLIC:\n        return objection\n"
                "    if objection is not None or not",
                "    if not",
            ),
        ),
        ("tests/unit/core/test_links.py",),
    ),
    Seed(
        "F7",
        "a number in an output is not masked",
        (
            Edit(
                "pipeline/cli/terminal/output.py",
                "{mask_in(said(sentence))}",
                "{said(sentence)}",
            ),
        ),
        ("tests/e2e/test_what_is_left_behind.py",),
    ),
    Seed(
        "P1",
        "a pause is not looked at",
        (Edit("pipeline/runner/commands/run.py", "        paused=obedience.paused,\n", ""),),
        ("tests/fault/test_paused.py",),
    ),
    Seed(
        "P2",
        "a stopped run goes on by its campaign, as cron calls it",
        (
            Edit(
                "pipeline/runner/control/obeying.py",
                "    if not by_id:\n",
                "    if not by_id and not run:\n",
            ),
        ),
        ("tests/fault/test_paused.py",),
    ),
    Seed(
        "P3",
        "the sender asks about a pause before it waits, not after",
        (
            Edit(
                "pipeline/sender/sender.py",
                "        await self._parts.limiter.admit(request",
                "        word = self._hooks.paused()\n"
                "        await self._parts.limiter.admit(request",
            ),
            Edit(
                "pipeline/sender/sender.py",
                "            raise WindowClosed(text_of(why))\n"
                "        word = self._hooks.paused()\n",
                "            raise WindowClosed(text_of(why))\n",
            ),
        ),
        ("tests/unit/sender/test_pausing.py",),
    ),
)
