"""What is wrong with a spreadsheet or a folder that is read: exit codes 65 and 66."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.core.remedies.remedy import Remedy
from pipeline.language import Words

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        "KS6501": Remedy(
            Words("The source cannot be read"),
            Words("The file is there, but reading it failed. Nothing was sent."),
            Words(
                "Check the disk or the share, copy the file again and give the same command again."
            ),
        ),
        "KS6502": Remedy(
            Words("The source is empty"),
            Words(
                "The file has no byte, or no row with text. An export may have failed or was "
                "still under way."
            ),
            Words("Make the list again; the run begins once there are rows in it."),
        ),
        "KS6503": Remedy(
            Words("An archive holds not just one spreadsheet"),
            Words(
                "A zip or gzip file is read if it holds one spreadsheet; this one holds "
                "several, or an archive in it."
            ),
            Words("Unpack it and name the spreadsheet that is meant under [source] path."),
        ),
        "KS6504": Remedy(
            Words("The workbook is damaged"),
            Words(
                "The file begins as a workbook or archive, but its inside is cut off, "
                "damaged, or built as no spreadsheet program does."
            ),
            Words(
                "Open it in the spreadsheet program and save it again as xlsx, or copy it "
                "again once it is written completely."
            ),
        ),
        "KS6505": Remedy(
            Words("The workbook has a password"),
            Words("What is encrypted cannot be read at night."),
            Words("Save it without a password, and protect the folder instead."),
        ),
        "KS6506": Remedy(
            Words("The source is too large"),
            Words(
                "The file has more rows, columns, bytes or parts than any list of "
                "recipients, or would need more memory or time than reading may take."
            ),
            Words("Split the list, delete what is not needed, or save the table as CSV."),
        ),
        "KS6507": Remedy(
            Words("The encoding of the source is not clear"),
            Words(
                "Read in one encoding some values are garbled, and in another different "
                "ones. People would get names of nonsense."
            ),
            Words(
                "Save the file again as UTF-8, or name its encoding under [source] encoding, "
                "as the sentence shows."
            ),
        ),
        "KS6508": Remedy(
            Words("Quotation marks are not closed"),
            Words(
                "A quotation mark begins a value and none ends it, so that rows would run "
                "into each other."
            ),
            Words(
                "Mend the named line, or save the table again as CSV from the program that made it."
            ),
        ),
        "KS6509": Remedy(
            Words("The source is no spreadsheet"),
            Words(
                "The file is of another kind, such as a PDF or a web page, whatever its name "
                "ends in."
            ),
            Words("Open it in the program it comes from and save the table as xlsx or CSV."),
        ),
        "KS6510": Remedy(
            Words("The source was changed while it was read"),
            Words("Somebody or a program still wrote to it. Half a list would have been sent."),
            Words(
                "Run again once it is written completely. [source] done_marker or settled_s "
                "lets a run wait for that."
            ),
        ),
        "KS6511": Remedy(
            Words("There is no room to unpack the source"),
            Words("The folder for temporary files is full or cannot be written to."),
            Words("Make room there, or set TMPDIR to a folder with more room."),
        ),
        "KS6512": Remedy(
            Words("A list of numbers to leave out cannot be used"),
            Words(
                "A line in it holds no number. A number that cannot be read cannot be left "
                "out, so that somebody might be sent to who wants nothing."
            ),
            Words("Mend or delete the line that the sentence names."),
        ),
        "KS6513": Remedy(
            Words("Too many rows are invalid"),
            Words(
                "More rows than [limits] max_rejected_share allows cannot be sent to, or too "
                "few people are left. Mostly it is another file or a shifted column."
            ),
            Words(
                "koosend check CAMPAIGN shows the rows and reasons. Mend the list, or raise "
                "the limit if it is right."
            ),
        ),
        "KS6514": Remedy(
            Words("No row could be sent"),
            Words("A test send takes the values of the first good row, and the list has none."),
            Words("koosend check CAMPAIGN shows what is wrong with the rows."),
        ),
        "KS6515": Remedy(
            Words("The path is no plain file"),
            Words(
                "It is a folder, a device, a pipe or a link in a circle. A list is read "
                "twice, which these do not allow."
            ),
            Words("Name the spreadsheet itself under [source] path."),
        ),
        "KS6516": Remedy(
            Words("The backup is damaged"),
            Words(
                "A file in it is missing, is not what was backed up, or is of a newer "
                "koosend. Nothing was put back."
            ),
            Words(
                "Take another backup; koosend backup keeps several. Check the disk that it lies on."
            ),
        ),
        "KS6601": Remedy(
            Words("The source is not there"),
            Words(
                "No file is where [source] path says. It may not have come yet, have another "
                "date in its name, or lie on a share that is not connected."
            ),
            Words(
                "Check the path that the sentence shows; {date:...} in it is today's date in "
                "China. [source] wait_for lets a run wait for the file."
            ),
        ),
        "KS6602": Remedy(
            Words("The source cannot be opened"),
            Words("The file is there, but this user may not read it."),
            Words(
                "Give the user who runs koosend the right to read the file and to enter its folder."
            ),
        ),
        "KS6603": Remedy(
            Words("The file belongs to a program that has another open"),
            Words(
                "Office programs keep a small hidden file beside one that is open; it is no list."
            ),
            Words(
                "Name the list itself under [source] path, and save and close it in the "
                "program first."
            ),
        ),
        "KS6604": Remedy(
            Words("There is no backup in the folder"),
            Words("The folder has no list of a backup's files, or it cannot be read."),
            Words("Name one of the folders that koosend backup made in its --to."),
        ),
        "KS6605": Remedy(
            Words("The source did not come in time"),
            Words(
                "The run waited for [source] wait_for, and the file or its done_marker still "
                "was not there. Nothing was sent."
            ),
            Words(
                "See why the export is late. Once the list is there, give the same command again."
            ),
        ),
        "KS6606": Remedy(
            Words("A file of numbers cannot be read"),
            Words(
                "The file that was named on the command line is missing, or this user may "
                "not read it."
            ),
            Words("Check its path and rights and repeat the command."),
        ),
    }
)
