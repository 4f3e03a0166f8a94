"""What is typed behind `watchword account`; apart, for what it asks of the server takes a second to import."""

from __future__ import annotations

import argparse


def add_verbs(account: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Add what stands behind `watchword account`."""
    verbs = account.add_subparsers(dest="account_verb", metavar="VERB", required=True)
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
