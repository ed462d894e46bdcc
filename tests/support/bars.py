"""The bars of security: what is tried, the figure that must hold, and the tests that hold it.

The page docs/reference/generated/security.md is drawn from this list.
"""

from dataclasses import dataclass

_HOSTILE = "tests/unit/reader/workbooks/test_hostile.py"
_CONFINED = "tests/unit/reader/workbooks/test_confinement.py"
_GIVEN = "tests/unit/runner/giving/test_hostile_workbooks.py"
_BYTES = "tests/property/test_random_bytes.py"
_LINKS = "tests/unit/core/test_links.py"
_PAGE = "tests/unit/web/page/test_who_may_in.py"
_SIGNING_IN = "tests/unit/web/page/test_signing_in.py"
_ACTS = "tests/unit/web/page/test_acts.py"
_LEFT = "tests/e2e/test_what_is_left_behind.py"
_FORGED = "tests/e2e/test_forged_receipts.py"
_SUPPLY = "tests/house/test_supply.py"
_DELIMITED = "tests/unit/reader/files/test_delimited.py"
_STATEMENTS = "tests/unit/ledger/test_hostile_texts.py"
_OUT = "tests/unit/runner/session/test_names_that_lead_out.py"
_REFUSED = (
    f"{_HOSTILE}::test_a_hostile_file_is_refused_in_one_sentence_with_time_and_memory_bounded"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """What is tried, and the figure that must hold. tests: module path, ::, function name."""

    code: str
    tried: str
    held: str
    tests: tuple[str, ...]


BARS = (
    Bar(
        "S1",
        "archives and workbooks that unzip to far more than they are: bombs, sizes that lie, "
        "50,000 parts, overlapping parts, archives within archives",
        "each is refused in one sentence, exit 65. The process that holds the ledger grows by less "
        "than 60 MB while reading, 20 MB while giving back. A child that needs too much memory or "
        "time is ended",
        (
            _REFUSED,
            f"{_HOSTILE}::test_a_child_that_is_out_of_memory_leaves_its_parent_alive",
            f"{_HOSTILE}::test_a_child_that_computes_too_long_is_ended",
            f"{_GIVEN}::test_a_hostile_workbook_is_refused_soon_and_costs_this_process_nothing",
        ),
    ),
    Bar(
        "S2",
        "cells far from all others, 16,384 and a million columns, rows beyond the last, elements "
        "nested 100,000 deep, merges and links over a whole sheet",
        "each is refused in one sentence that names the cell or the limit; koosend itself lives",
        (
            _REFUSED,
            f"{_GIVEN}::test_a_hostile_workbook_is_refused_soon_and_costs_this_process_nothing",
        ),
    ),
    Bar(
        "S3",
        "XML that declares entities, in each part that is read and in every encoding of it",
        "no entity is expanded and no file is fetched: such a workbook is refused. The process "
        "that parses cannot open a connection",
        (_REFUSED, f"{_CONFINED}::test_what_parsing_does_not_need_is_refused"),
    ),
    Bar(
        "S4",
        "files that are not what their names say: with a password, of old programs, cut off at "
        "any byte, empty, no workbook, no text",
        "each is refused in one sentence of its own, exit 65; what is a list under another name "
        "is read",
        (
            "tests/unit/reader/workbooks/test_workbook.py::test_what_is_no_workbook_is_refused_in_a_sentence",
            "tests/unit/reader/workbooks/test_workbook.py::test_a_workbook_that_is_cut_off_anywhere_is_refused",
            "tests/unit/reader/workbooks/test_workbook.py::test_a_blank_workbook_is_refused",
            "tests/unit/reader/workbooks/test_workbook.py::test_the_content_decides_and_not_the_name",
            "tests/unit/reader/files/test_source.py::test_what_no_text_is_is_said_to_be_what_it_is",
            "tests/unit/reader/files/test_source.py::test_what_the_system_tells_of_itself_is_no_source",
        ),
    ),
    Bar(
        "S5",
        "864 texts that a spreadsheet would compute, in every place where somebody else's text "
        "can stand",
        "no CSV that is written has a field that starts a formula, no workbook a formula, no page "
        "an active tag",
        (
            "tests/property/test_report_formulas.py::test_every_known_trick_comes_out_harmless_in_every_file",
            "tests/property/test_report_formulas.py::test_whatever_is_written_there_it_comes_out_harmless",
            "tests/e2e/test_formulas.py::test_no_file_that_a_command_leaves_holds_a_formula_or_anything_that_runs",
            "tests/unit/core/test_text_formulas.py::test_a_text_of_a_megabyte_is_guarded_in_no_time",
        ),
    ),
    Bar(
        "S6",
        "cells of every character there is, too long, with controls, with marks that turn text, "
        "with what no file can hold",
        "a list ends in rows or in one sentence. A bad cell costs its own row, which is written "
        "down with its line. `make sheets` spoils 2,000 workbooks of each format",
        (
            "tests/property/test_reader.py::test_no_content_stops_the_reader_but_in_a_sentence",
            "tests/property/test_reader.py::test_every_row_is_sent_to_or_rejected_exactly_once",
            "tests/unit/campaigns/test_sheets.py::test_spoilt_workbooks_of_each_format_end_in_rows_or_in_one_sentence",
            f"{_DELIMITED}::test_a_cell_longer_than_any_spreadsheet_allows_costs_its_own_row_only",
            "tests/unit/report/texts/test_safe.py::test_what_no_file_can_hold_is_removed_or_replaced",
        ),
    ),
    Bar(
        "S7",
        "lists in many encodings, mixed, cut off, with and without a mark",
        "none is read wrongly: it is read as it was written, or refused. `make encodings` draws "
        "20,000 lists",
        (
            "tests/unit/campaigns/test_encodings.py::test_no_drawn_list_is_read_wrongly_and_few_chinese_ones_are_refused",
            "tests/unit/reader/files/test_encoding.py::test_one_line_in_another_encoding_refuses_a_list_of_any_length",
        ),
    ),
    Bar(
        "S8",
        "rows that are too short or too long, open quotation marks, names that stand twice, "
        "merged cells, hidden sheets",
        "no value moves to another column: the row is rejected, or the list is refused",
        (
            f"{_DELIMITED}::test_a_row_with_too_many_or_too_few_cells_is_rejected_and_never_shifted",
            f"{_DELIMITED}::test_a_quotation_mark_left_open_costs_its_own_row_only",
            "tests/unit/reader/files/test_header.py::test_a_name_that_stands_twice_in_the_header_is_refused",
            "tests/unit/reader/workbooks/test_workbook.py::test_a_hidden_list_of_numbers_is_never_read_unasked",
        ),
    ),
    Bar(
        "S9",
        "more than 100 texts of scripts, markup, templates and formats, in the report and in each "
        "view of the page, in a real Chromium",
        "no dialog, no script, nothing loaded, no complaint of the page's policy, nothing "
        "worked out",
        (
            "tests/browser/test_payloads_in_chromium.py::test_a_hundred_texts_do_nothing_in_the_report",
            "tests/browser/test_payloads_in_chromium.py::test_a_hundred_texts_do_nothing_in_the_page",
            "tests/browser/test_report_in_chromium.py::test_nothing_that_somebody_else_wrote_runs_loads_or_is_worked_out",
            "tests/unit/report/html/test_escaping.py::test_a_text_stays_a_text_whatever_it_holds",
        ),
    ),
    Bar(
        "S10",
        "100 links to this machine, to private networks, by number in any base, with other "
        "spellings of a host; and a run with such links",
        "each is refused. koosend follows no link and looks up no name but the endpoint's",
        (
            f"{_LINKS}::test_any_other_link_is_refused_for_what_is_wrong_with_it",
            f"{_LINKS}::test_where_domains_are_named_a_link_leads_to_them_alone",
            "tests/e2e/test_whom_it_asks.py::test_no_link_of_a_list_is_followed_or_looked_up",
        ),
    ),
    Bar(
        "S11",
        "24 addresses of somebody else as the endpoint and as IAM's; servers with a certificate "
        "that is not trusted, or for another name",
        "only KooMessage's hosts over TLS, and this machine, are taken. No request is made "
        "to a server whose certificate is not trusted",
        (
            "tests/unit/settings/test_where_requests_go.py::test_an_address_of_anybody_else_is_refused",
            "tests/fault/test_certificates.py::test_a_certificate_that_is_not_trusted_stops_the_run_before_anything_is_said",
            "tests/fault/test_certificates.py::test_a_certificate_for_another_name_is_not_trusted",
            "tests/fault/test_certificates.py::test_questions_and_logins_go_to_no_stranger_either",
        ),
    ),
    Bar(
        "S12",
        "keys, tokens and passwords that are marked, through 57 calls of commands that go well, "
        "fail, or are given a secret where its name belongs",
        "none is in an output, a log, a ledger, a report, a process's arguments or a child's "
        "environment; no core is left",
        (
            f"{_LEFT}::test_no_secret_and_no_whole_number_is_in_anything_that_is_printed_or_left",
            "tests/unit/settings/test_variables.py::test_what_may_be_the_secret_itself_is_not",
            "tests/unit/cli/test_bug.py::test_the_line_of_a_bug_quotes_no_text_of_what_was_raised",
            "tests/unit/test_children.py::test_a_child_is_given_no_secret_and_no_stray_module",
            "tests/unit/test_children.py::test_no_command_and_no_child_of_it_may_leave_a_core",
            "tests/unit/logs/test_logs.py::test_a_secret_is_masked_in_every_form_that_it_is_written_in",
            "tests/unit/web/test_listener.py::test_no_log_holds_the_path_of_a_receipt",
        ),
    ),
    Bar(
        "S13",
        "numbers in every notation that the reader takes for one, through the same calls",
        "whole numbers stand in the ledger, the lists and the operator's own files alone; "
        "elsewhere they are masked. A megabyte is looked through in 0.5 s",
        (
            "tests/property/test_masking.py::test_what_the_reader_takes_for_a_number_is_hidden_within_any_text",
            "tests/property/test_masking.py::test_a_megabyte_of_almost_numbers_is_looked_through_in_half_a_second",
            f"{_LEFT}::test_no_secret_and_no_whole_number_is_in_anything_that_is_printed_or_left",
            "tests/unit/report/html/test_page.py::test_no_whole_number_stands_in_the_page_wherever_it_came_from",
        ),
    ),
    Bar(
        "S14",
        "every file that commands make, under the umasks 000, 022 and 077; links and folders of "
        "other users",
        "only the owner can read any of them; a link in the ledger's place and a folder that "
        "others can write to are refused",
        (
            f"{_LEFT}::test_nobody_else_may_read_what_a_command_makes",
            "tests/unit/ledger/sqlite/test_opening.py::test_everything_is_for_its_owner_only_whatever_the_umask",
            "tests/unit/ledger/sqlite/test_opening.py::test_a_symbolic_link_is_refused",
            "tests/unit/ledger/sqlite/test_owners.py::test_a_folder_that_others_can_write_to_is_refused_with_what_mends_it",
        ),
    ),
    Bar(
        "S15",
        "1,000 receipts that nobody at KooMessage sent, with the right secret; strangers "
        "without it, fast, slow, and with many connections",
        "no row changes but by a receipt that names a task and a number of ours. Strangers "
        "find nothing, and keep nobody out. How long a wrong secret takes is not measured: "
        "it is compared in constant time",
        (
            f"{_FORGED}::test_a_thousand_forged_or_repeated_receipts_change_no_row_and_one_that_fits_does",
            "tests/unit/web/test_access.py::test_any_other_is_a_strangers",
            "tests/unit/web/test_access.py::test_an_address_that_pushes_too_fast_waits_and_others_do_not",
            "tests/unit/web/test_listener.py::test_a_token_that_could_be_guessed_is_refused",
            "tests/fault/test_receipts_door.py::test_receipts_are_kept_while_somebody_holds_every_connection_he_can",
        ),
    ),
    Bar(
        "S16",
        "receipts that come again, in any order",
        "the outcome of every row is the same; what comes again is thanked for",
        (
            f"{_FORGED}::test_a_thousand_forged_or_repeated_receipts_change_no_row_and_one_that_fits_does",
            "tests/property/test_model_receipts.py::test_whatever_comes_whenever_each_row_ends_as_it_did_in_truth",
        ),
    ),
    Bar(
        "S17",
        "every route of the page without signing in, with a viewer's role, without what its form "
        "was given; other hosts' names, other sites' forms, guesses",
        "only the way in answers a stranger, and a viewer changes nothing. Cookies are for this "
        "site and not for scripts; ten guesses, then few; no number is whole unasked, and who "
        "asked is recorded",
        (
            f"{_PAGE}::test_every_route_but_the_way_in_is_closed_to_strangers",
            f"{_PAGE}::test_every_change_is_refused_to_a_viewer_and_without_what_the_form_was_given",
            f"{_PAGE}::test_another_sites_form_is_refused_though_it_brings_everything",
            f"{_PAGE}::test_only_this_machines_own_names_and_the_proxys_are_answered",
            f"{_PAGE}::test_every_answer_carries_the_headers_that_protect_it",
            f"{_SIGNING_IN}::test_the_cookies_are_for_this_site_alone_and_not_for_scripts",
            f"{_SIGNING_IN}::test_guesses_are_slowed_down_and_keep_nobody_out_who_was_in_before",
            f"{_SIGNING_IN}::test_a_session_survives_a_restart_and_ends_with_another_password",
            f"{_ACTS}::test_numbers_are_masked_until_an_operator_asks_and_that_is_recorded",
            f"{_ACTS}::test_what_was_done_is_never_changed_or_deleted",
        ),
    ),
    Bar(
        "S18",
        "200 texts that end a statement and begin another, as names, values, ids, codes and notes",
        "each is kept and found as the text it is; the ledger's tables are as before. No "
        "statement is put together of texts",
        (
            f"{_STATEMENTS}::test_two_hundred_statements_as_names_and_values_are_kept_as_texts",
            f"{_STATEMENTS}::test_two_hundred_statements_as_ids_and_questions_find_nothing_and_change_nothing",
            f"{_STATEMENTS}::test_two_hundred_statements_from_the_provider_and_from_strangers_are_kept_as_texts",
            f"{_STATEMENTS}::test_no_statement_is_put_together_of_texts",
        ),
    ),
    Bar(
        "S19",
        "100 names that lead out of a folder, as runs; members of archives that are named so",
        "each is refused, and no file comes or goes",
        (
            f"{_OUT}::test_a_hundred_names_that_lead_out_are_no_run_to_any_command",
            f"{_OUT}::test_a_hundred_names_that_lead_out_are_no_run_to_a_purge_nor_to_the_ledger",
            f"{_OUT}::test_a_members_name_is_no_place_to_write_to",
        ),
    ),
    Bar(
        "S20",
        "cells of a megabyte, made of what patterns are slow at",
        "each step takes less than 1 s of a processor, a whole list with two such rows less than "
        "3 s. Time grows with a text's length alone, for every pattern",
        (
            "tests/property/test_long_cells.py::test_each_step_takes_a_moment_for_a_megabyte",
            "tests/property/test_long_cells.py::test_a_cell_of_a_megabyte_costs_its_own_row_only",
            "tests/house/test_patterns.py::test_a_pattern_takes_time_by_the_length_of_the_text_and_no_more",
        ),
    ),
    Bar(
        "S21",
        "what is stored or received, where it could become an object or code",
        "koosend uses no pickle, no YAML, no eval; ruff's rules on them hold everywhere",
        (
            f"{_SUPPLY}::test_nothing_that_was_stored_is_run",
            f"{_SUPPLY}::test_the_rules_on_what_is_dangerous_hold_for_all_of_koosend",
        ),
    ),
    Bar(
        "S22",
        "the parts that koosend is made of",
        "at most 25 run with it; each has one version and its hashes. Parts are installed by "
        "hash, those of koosend itself as wheels only. `make audit` fails where it cannot ask",
        (
            f"{_SUPPLY}::test_each_part_of_a_lock_has_one_version_and_its_hashes",
            f"{_SUPPLY}::test_koosend_runs_with_few_parts_and_with_those_it_names",
            f"{_SUPPLY}::test_whatever_is_installed_is_installed_by_hash_and_as_a_wheel",
            "tests/unit/support/test_advisories.py::test_an_audit_passes_only_where_every_part_was_looked_up_and_is_sound",
        ),
    ),
    Bar(
        "S23",
        "random bytes to what signs, reads lists, answers, receipts and lists of tasks",
        "each ends in a value or in one sentence. `make fuzz` draws 100,000",
        (
            f"{_BYTES}::test_the_signer_signs_whatever_is_sent",
            f"{_BYTES}::test_a_list_of_any_bytes_is_read_or_refused",
            f"{_BYTES}::test_an_answer_of_any_bytes_is_a_verdict",
            f"{_BYTES}::test_a_receipt_of_any_bytes_is_kept_with_what_can_be_read",
            f"{_BYTES}::test_a_list_of_tasks_of_any_bytes_is_read_or_not_believed",
        ),
    ),
)
