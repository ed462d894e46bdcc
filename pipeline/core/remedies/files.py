"""What is wrong with koosend's own files and folders, or with itself: exit codes 70, 73 and 74."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.core.remedies.remedy import Remedy
from pipeline.language import Words

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        "KS7001": Remedy(
            Words("A fault of koosend itself"),
            Words(
                "The program met something that it was not made for. What was known is recorded."
            ),
            Words(
                "Run the same command again, and report the line with the version of koosend "
                "(koosend --version)."
            ),
        ),
        "KS7002": Remedy(
            Words("The ledger contradicts itself"),
            Words(
                "A rule that always holds does not hold for what the ledger says. Nothing "
                "more is sent of it."
            ),
            Words(
                "koosend verify RUN says what is wrong. Report it with that output, and keep "
                "the state folder as it is."
            ),
        ),
        "KS7003": Remedy(
            Words("The process that reads workbooks cannot start"),
            Words(
                "Workbooks are read in a process of its own without rights. It could not be "
                "started, as where memory is short or the installation is broken."
            ),
            Words(
                "See that koosend is installed whole and that memory is free; a CSV file "
                "needs no such process."
            ),
        ),
        "KS7301": Remedy(
            Words("The report cannot be written"),
            Words(
                "The folder of the run cannot be written to, or a file in it is open "
                "elsewhere. The ledger is whole."
            ),
            Words(
                "Make room or mend the rights, close the file in other programs, then run "
                "koosend report RUN."
            ),
        ),
        "KS7302": Remedy(
            Words("A file cannot be written"),
            Words("The disk is full, the folder is not there, or this user may not write in it."),
            Words(
                "Make room, mend the rights, or name another place; then give the same "
                "command again."
            ),
        ),
        "KS7303": Remedy(
            Words("Files cannot be deleted"),
            Words(
                "This user may not delete in the folder, or it is read-only. What was to be "
                "forgotten may still stand in these files."
            ),
            Words("Mend the rights of the folder and give the same command again."),
        ),
        "KS7304": Remedy(
            Words("A folder cannot be made"),
            Words("The folder above it is not there, or this user may not write in it."),
            Words("Make the folder, mend the rights, or name another state folder."),
        ),
        "KS7401": Remedy(
            Words("The ledger cannot record"),
            Words(
                "The disk is full, read-only or failing. What cannot be recorded is not "
                "sent, so sending stopped; nothing recorded was lost."
            ),
            Words("Do what the sentence says, then give the same command again: it goes on."),
        ),
        "KS7402": Remedy(
            Words("A file of the ledger is damaged"),
            Words(
                "The disk or a copy spoilt it. An older copy does not know what was sent "
                "since, so it must not just be put in its place."
            ),
            Words(
                "Keep the folder as it is. Recover with sqlite3's .recover, or put a backup "
                "back with koosend restore, which asks KooMessage first."
            ),
        ),
        "KS7403": Remedy(
            Words("The ledger was exchanged or is gone"),
            Words(
                "The file is empty, a link or no plain file although runs were sent from "
                "this folder."
            ),
            Words(
                "Put the lost file back, or a backup with koosend restore. Name another "
                "state folder only if everything may be sent again."
            ),
        ),
        "KS7404": Remedy(
            Words("The ledger is not on a local disk"),
            Words(
                "On a network file system the locks that keep two processes from sending the "
                "same rows do not hold."
            ),
            Words("Name a folder on a local disk under [campaign] state."),
        ),
        "KS7405": Remedy(
            Words("The ledger is another koosend's"),
            Words("Its layout is of a newer or a different koosend. Nothing was changed."),
            Words("Use that koosend for this folder, or name another state folder for new runs."),
        ),
        "KS7406": Remedy(
            Words("Others can change the state folder"),
            Words(
                "Another user can exchange the ledger or a folder on the way to it, and so "
                "make people be sent to twice."
            ),
            Words(
                "Use a folder of the user who runs koosend, which nobody else can write to, "
                "as the sentence says."
            ),
        ),
        "KS7407": Remedy(
            Words("Another process keeps a file locked"),
            Words("The ledger is being read or written by another process."),
            Words("Wait until it ends, or end it, and give the same command again."),
        ),
        "KS7408": Remedy(
            Words("The backup was not made"),
            Words(
                "It cannot be written, or what was written is not what was read. The ledger "
                "is as it was."
            ),
            Words("Make room or choose another disk, and give the same command again."),
        ),
        "KS7409": Remedy(
            Words("The store is another account's"),
            Words("The folder that [account] store names keeps what is known of another account."),
            Words("Leave the key out, or name a folder of this account."),
        ),
        "KS7410": Remedy(
            Words("Too many receipts wait"),
            Words(
                "Receipts come faster than the ledger takes them in. KooMessage pushes them again."
            ),
            Words("See that the disk is quick and has room; nothing is lost."),
        ),
        "KS7411": Remedy(
            Words("The lock of the service cannot be opened"),
            Words("The state folder cannot be written to by this user."),
            Words("Mend the rights of the folder that the sentence names."),
        ),
    }
)
