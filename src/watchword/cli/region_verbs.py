"""What is typed behind `watchword region`; apart, for what it asks of the server takes a second to import."""

from __future__ import annotations

import argparse
from pathlib import Path

from watchword.server.deployment import WORKERS_DEFAULT


def add_verbs(region: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Add what stands behind `watchword region`."""
    verbs = region.add_subparsers(dest="region_verb", metavar="VERB", required=True)

    def verb(name: str, summary: str, more: str = "") -> argparse.ArgumentParser:
        return verbs.add_parser(
            name, parents=[common], help=summary, description=f"{summary}. {more}".rstrip()
        )

    listing = verb("list", "show the Regions of the deployment")
    listing.add_argument("--json", action="store_true", help="print a JSON document instead of a table")
    _add_wanted(verb("add", "make another Region and start it", "The other Regions go on answering."))
    remove = verb(
        "remove",
        "stop a Region and take it out of the deployment",
        "The other Regions go on answering. Its files are moved aside, and nothing is deleted.",
    )
    remove.add_argument("region", metavar="REGION")
    remove.add_argument("--force", action="store_true", help="also if it holds secrets or keys")
    control = verb(
        "control",
        "have the identity of a partition written in another Region",
        "Users, roles and policies are written in one Region of a partition, and read in all.",
    )
    control.add_argument("region", metavar="REGION")
    control.add_argument("--force", action="store_true", help="also if it has not all that was written")
    verb(
        "reload",
        "have what runs here take up watchword.toml",
        "After it was changed on another host and copied here.",
    )


def _add_wanted(add: argparse.ArgumentParser) -> None:
    add.add_argument("region", metavar="REGION")
    add.add_argument("--partition", metavar="P", help="for a name of your own (aws)")
    add.add_argument("--endpoint", metavar="URL", help="where clients reach it (the next free port)")
    add.add_argument("--peer", metavar="HOST:PORT", help="where other Regions reach it (the next free port)")
    workers = f"API workers ({WORKERS_DEFAULT})"
    add.add_argument("--workers", metavar="N", type=int, default=WORKERS_DEFAULT, help=workers)
    add.add_argument(
        "--opt-in",
        action=argparse.BooleanOptionalAction,
        help="disabled until an account enables it (as AWS has it)",
    )
    certificate = "of an https endpoint, relative to the deployment's folder"
    add.add_argument("--certificate", metavar="F", type=Path, help=certificate)
    add.add_argument("--certificate-key", metavar="F", type=Path, help=certificate)
    plain_http = "let it talk http on an address that is not loopback"
    add.add_argument("--plain-http", action="store_true", help=plain_http)
    account_id = "of the partition's first account, if this is its first Region"
    add.add_argument("--account-id", metavar="N", help=account_id)
