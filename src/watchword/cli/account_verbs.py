"""What is typed behind `watchword account`; apart, for what it asks of the server takes a second to import."""

from __future__ import annotations

import argparse


def add_verbs(account: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Add what stands behind `watchword account`."""
    verbs = account.add_subparsers(dest="account_verb", metavar="VERB", required=True)

    def verb(name: str, summary: str, more: str = "") -> argparse.ArgumentParser:
        return verbs.add_parser(
            name, parents=[common], help=summary, description=f"{summary}. {more}".rstrip()
        )

    listing = verb("list", "show the accounts of the deployment")
    listing.add_argument("--json", action="store_true", help="print a JSON document instead of a table")
    create = verb(
        "create",
        "make another account, with an access key for its root user",
        "The partition's control Region has to run here. Said again after it was interrupted, with the same name, "
        "it goes on.",
    )
    create.add_argument("--name", metavar="NAME", help="its name, and its profile in credentials (its id)")
    create.add_argument("--partition", metavar="P", help="whose account it is (the deployment's first)")
    create.add_argument("--id", dest="account_id", metavar="N", help="12 digits (the next that are free)")
    summary = "seal the account's new sessions under another key"
    renew = verbs.add_parser(
        "renew-sessions",
        parents=[common],
        help=summary,
        description=f"{summary}. Sessions that there are go on until they expire, or end with --end-old.",
    )
    renew.add_argument("account", metavar="ID")
    renew.add_argument("--partition", metavar="P", help="if accounts of several partitions have this id")
    renew.add_argument("--end-old", action="store_true", help="end every session that there is")
