"""What a person must decide: exit code 79. The same command again changes nothing."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.core.remedies.remedy import Remedy
from pipeline.language import Words

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        "KS7901": Remedy(
            Words("A person must decide"),
            Words("Going on by itself might send to somebody twice or leave somebody out."),
            Words("Do what the sentence says; the same command again changes nothing."),
        ),
        "KS7902": Remedy(
            Words("A ledger is new to the account"),
            Words(
                "Others sent by this account lately, and this ledger cannot know whom they reached."
            ),
            Words(
                "Name the state folder that sent them, or put its ledger back. If the list "
                "is to be sent anyway: --new-ledger."
            ),
        ),
        "KS7903": Remedy(
            Words("The list is questioned"),
            Words(
                "The list is not what the campaign usually sends, so that it is not sent "
                "before a person was asked."
            ),
            Words("Look at the list. If it is right: the same command with --yes."),
        ),
        "KS7904": Remedy(
            Words("Many people were sent the message already"),
            Words(
                "Earlier runs reached a large part of this list, as where yesterday's file "
                "came again."
            ),
            Words(
                "If only the others are meant: --yes. If everybody is meant once more: "
                "koosend run CAMPAIGN --again."
            ),
        ),
        "KS7905": Remedy(
            Words("The list is of unusual size"),
            Words(
                "It is far smaller or larger than the last lists of this campaign, as where "
                "an export broke off."
            ),
            Words("Look at the list. If it is right: koosend run CAMPAIGN --yes."),
        ),
        "KS7906": Remedy(
            Words("Doubts are held for you"),
            Words(
                "Nothing proves whether some requests were taken. They are never sent again "
                "by themselves."
            ),
            Words(
                "koosend doubts RUN lists them. Look for their names in the console, then "
                "release them or count them as sent."
            ),
        ),
        "KS7907": Remedy(
            Words("The ledger is older than what was sent"),
            Words(
                "It was put back from a copy or moved, so that it does not know its latest "
                "requests. Nothing was sent now."
            ),
            Words(
                "koosend reconcile --restored RUN asks KooMessage for everything sent since; "
                "after it the run goes on."
            ),
        ),
        "KS7908": Remedy(
            Words("The ledger is a copy"),
            Words(
                "The file that it was copied from is at work elsewhere. Two ledgers of one "
                "account would send to people twice."
            ),
            Words(
                "Go on in the folder that the sentence names; keep this one as a backup or "
                "delete it."
            ),
        ),
        "KS7909": Remedy(
            Words("The list is unchanged"),
            Words("The same file was sent on an earlier day. Mostly the new list did not come."),
            Words(
                "Put the new list there and run again. If the same people are meant: "
                '--again. If lists may stay for days: [source] unchanged = "ok".'
            ),
        ),
        "KS7910": Remedy(
            Words("A person paused or stopped the run"),
            Words("Who, when and why stands in the sentence. Nothing of the run is sent."),
            Words("koosend resume RUN lets it go on; ask the named person if you do not know why."),
        ),
        "KS7911": Remedy(
            Words("The same refusal again and again"),
            Words(
                "KooMessage refuses request after request for a reason that is not the rows, "
                "such as an account in arrears."
            ),
            Words(
                "Mend what the sentence names; then the same command goes on, and koosend "
                "rerun offers who was refused."
            ),
        ),
        "KS7912": Remedy(
            Words("A request has no name left"),
            Words(
                "Each attempt has a name of its own, and this request used them all up "
                "without being taken."
            ),
            Words("koosend doubts RUN lists it; --give-up ends the run without it."),
        ),
        "KS7913": Remedy(
            Words("A half-sent run has another meaning now"),
            Words(
                "The campaign was changed while a run of it was half sent, so that its "
                "people would get different messages."
            ),
            Words(
                "koosend run RUN goes on as the run was planned; --again sends the new "
                "message to everybody."
            ),
        ),
        "KS7914": Remedy(
            Words('An answer that meant "not taken" was wrong'),
            Words(
                "KooMessage lists requests that it had answered with a refusal. From now on "
                "that answer counts as a lost one for this account."
            ),
            Words(
                "koosend verify RUN --online shows them. The same command again goes on, "
                "without sending them again."
            ),
        ),
        "KS7915": Remedy(
            Words("The list of tasks cannot be read"),
            Words(
                "Whether a request was taken before is asked of this list, and its answers "
                "cannot be understood."
            ),
            Words(
                "koosend probe CAMPAIGN shows what it does. Ask the provider's support; run "
                "again once it can be read."
            ),
        ),
        "KS7916": Remedy(
            Words("The account answers otherwise than assumed"),
            Words(
                "koosend probe measured something that koosend relies on, and found it different."
            ),
            Words("docs/howto/probe.md tells what follows from each point."),
        ),
        "KS7917": Remedy(
            Words("You said no"),
            Words("The question before sending was answered with no. Nothing was sent."),
            Words(
                "koosend check CAMPAIGN shows more of what would be sent; the same command "
                "asks again."
            ),
        ),
    }
)
