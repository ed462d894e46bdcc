"""What KooMessage refuses, or why it cannot be asked: exit codes 69 and 77."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.core.remedies.remedy import Remedy
from pipeline.language import Words

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        "KS6901": Remedy(
            Words("KooMessage cannot be reached"),
            Words(
                "The endpoint's name is not known, the network is down, a firewall is in "
                "between, or KooMessage does not answer. What may have been sent is known "
                "and is never just sent again."
            ),
            Words(
                "Check account.endpoint, the network and the proxy from this machine, then "
                "give the same command again."
            ),
        ),
        "KS6902": Remedy(
            Words("Something else answers in KooMessage's place"),
            Words(
                "A proxy, a sign-in page of the network or a wrong address answers. Nothing "
                "it says counts, and nothing is sent."
            ),
            Words("Check account.endpoint and what stands between this machine and the network."),
        ),
        "KS6903": Remedy(
            Words("There is no safe connection"),
            Words(
                "The certificate is not trusted, is of another name or has expired; somebody "
                "could read the numbers on the way."
            ),
            Words(
                "Check the clock and the endpoint. A gateway of your own needs its "
                "certificate under [account] ca_file."
            ),
        ),
        "KS6904": Remedy(
            Words("KooMessage would not take the campaign"),
            Words(
                "Asked before anything was sent, it says that a template, signature, "
                "application or service number is not there or not approved."
            ),
            Words(
                "Mend each point that koosend check CAMPAIGN lists, in the console or in the "
                "campaign file."
            ),
        ),
        "KS6905": Remedy(
            Words("Answers were lost in a row"),
            Words(
                "Requests left and no answers came. Each may have been taken, so they are in "
                "doubt and are not sent again."
            ),
            Words(
                "Check the network. koosend reconcile CAMPAIGN asks what became of them; the "
                "next run goes on with the rest."
            ),
        ),
        "KS6906": Remedy(
            Words("KooMessage refuses this campaign's requests"),
            Words(
                "The first requests were refused for a reason that every further one would "
                "meet. Nobody got anything by them."
            ),
            Words(
                "Do what the sentence says. Then the same command goes on, and koosend rerun "
                "offers who was refused."
            ),
        ),
        "KS6907": Remedy(
            Words("The emulator cannot work"),
            Words(
                "The local emulator could not start, listen, or write its record. Rehearsals "
                "need it; real sending does not."
            ),
            Words(
                "Make room for temporary files, choose a free port, or wait for another "
                "campaign of the same state folder."
            ),
        ),
        "KS6908": Remedy(
            Words("KooMessage did not tell what handsets can show"),
            Words(
                "The campaign decides by this whom it sends a card, so that nothing was sent "
                "without it."
            ),
            Words("Run the same command again later, or leave the decision out of [fallback]."),
        ),
        "KS6909": Remedy(
            Words("The address for receipts is not registered"),
            Words(
                "KooMessage refuses the address, or does not say what is registered. Sending "
                "works without it; news is asked for."
            ),
            Words(
                "Read what KooMessage says. An administrator of the account may have to "
                "register the address in the console."
            ),
        ),
        "KS6910": Remedy(
            Words("KooMessage did not tell the time"),
            Words("Whether a doubt is old enough to be decided is judged by KooMessage's clock."),
            Words("Repeat the command later, or name the doubts one by one instead of --all."),
        ),
        "KS7701": Remedy(
            Words("KooMessage refuses the credentials"),
            Words(
                "The key, the token or the login is wrong, has expired, was locked, or lacks "
                "the right to send."
            ),
            Words(
                "Check the environment variables that [account] names and the rights of the "
                "IAM user; koosend check CAMPAIGN asks again."
            ),
        ),
        "KS7702": Remedy(
            Words("A secret is not set"),
            Words(
                "The campaign names an environment variable that is empty here. cron and "
                "systemd start with an empty environment."
            ),
            Words(
                "Set the variable; for nights fill it in in the file that koosend schedule "
                "--install makes."
            ),
        ),
        "KS7703": Remedy(
            Words("The token is not one"),
            Words(
                "A token is one long word without blanks. The variable holds something else, "
                "such as a whole answer of IAM."
            ),
            Words("Take the token from the header X-Subject-Token of IAM's answer."),
        ),
        "KS7704": Remedy(
            Words("IAM gives no token"),
            Words(
                "The login under [account] is refused, or IAM does not know the domain or "
                "project. It is not tried again, since IAM locks users for that."
            ),
            Words("Check user, password, domain and project; then give the same command again."),
        ),
    }
)
