"""`watchword …`: the operating verbs. What AWS has a verb for is the AWS CLI's.

Every error that a person can mend is one sentence on stderr and exit status 2; nobody is shown a traceback
for a taken port or a misspelt Region.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from watchword import __version__
from watchword.cli import account_verbs, custody, environment, operating, region_verbs, running
from watchword.server.deployment import ACCOUNT_DEFAULT, PORT_DEFAULT, WORKERS_DEFAULT, HomeError
from watchword.server.groups import Composition
from watchword.server.home import HOME_DEFAULT, HOME_VARIABLE, REGIONS_DEFAULT, home_folder, open_home

EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""
EXIT_TERMINATED = 143

EPILOG = f"""\
HOME is the folder that holds a deployment: --home, else ${HOME_VARIABLE}, else ./{HOME_DEFAULT}.

A first look:
  watchword up                   start a deployment here (made if there is none); Ctrl-C stops it
  eval "$(watchword env)"        in another terminal: point the AWS CLI and SDKs at it
  watchword tour                 replicate a secret, lose a Region, promote the replica
"""


def main(arguments: Sequence[str] | None = None, *, composition: Composition | None = None) -> int:
    """Run one command; return its exit status. Without `composition` the server's own is used."""
    options = parser().parse_args(arguments)
    home = home_folder(options.home, os.environ)
    # As Ctrl-C does: what was begun is cleared away. The supervisor brings its own meaning.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))
    try:
        return _run(options, home=home, composition=composition)
    except HomeError as refusal:
        return _refuse(str(refusal))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # `watchword status | head`: the reader has what it wanted. Python would say so again when it flushes
        # at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except OSError as error:
        where = "" if error.filename is None else f"`{error.filename}`: "
        return _refuse(f"{where}{error.strerror or error}")


def parser() -> argparse.ArgumentParser:
    """Return the command line as argparse knows it."""
    top = argparse.ArgumentParser(
        prog="watchword",
        description="A self-hosted, multi-Region secrets manager that speaks the AWS Secrets Manager API.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"watchword {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--home", metavar="DIR", help=f"the deployment's folder (else ${HOME_VARIABLE}, ./{HOME_DEFAULT})"
    )
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, summary: str, more: str = "") -> argparse.ArgumentParser:
        return verbs.add_parser(
            name, parents=[common], help=summary, description=f"{summary}. {more}".rstrip()
        )

    init = verb(
        "init", "make a deployment in an empty or new folder", "Nothing is started; `up` makes one by itself."
    )
    _add_plan(init)
    up = verb(
        "up",
        "run the whole deployment on this machine",
        "Makes it first where there is none. Prints a line that begins with `ready` when every Region "
        "answers; Ctrl-C or SIGTERM stops every process.",
    )
    up.add_argument(
        "--port", metavar="P", type=int, help="move the front door to P and the Regions to P+1, P+2, …"
    )
    serve = verb("serve", "run one Region of the deployment", "For a Region with a machine of its own.")
    serve.add_argument("region", metavar="REGION")
    for running_verb in (up, serve):
        running_verb.add_argument(
            "--strict", action="store_true", help="no custodian starts without every protection"
        )
    start = verb("start", "start a Region that was stopped", "Returns when it answers.")
    start.add_argument("region", metavar="REGION")
    stop = verb("stop", "stop one Region of a running deployment", "Returns when its last process has ended.")
    stop.add_argument("region", metavar="REGION")
    status = verb("status", "show Regions, processes, secrets, links and the worst lag")
    status.add_argument("--json", action="store_true", help="print a JSON document instead of a table")
    env = verb("env", "print what points AWS tools here", 'Use it as: eval "$(watchword env)"')
    env.add_argument("--region", metavar="R", help="the default Region (the deployment's first)")
    env.add_argument(
        "--partition", metavar="P", help="the access key of another partition, and its first Region"
    )
    env.add_argument("--json", action="store_true", help="print a JSON document instead of shell exports")
    of_custody = verbs.add_parser(
        "custody",
        help="seal and unseal a Region, and change what opens it",
        description="Seal and unseal a Region, and change what opens it.",
    )
    custody.add_verbs(of_custody, common)
    of_region = verbs.add_parser(
        "region",
        help="list, add and remove Regions while the others go on",
        description="List, add and remove Regions while the others go on.",
    )
    region_verbs.add_verbs(of_region, common)
    of_account = verbs.add_parser(
        "account",
        help="list accounts, make another, and change what belongs to one",
        description="List accounts, make another, and change what belongs to one.",
    )
    account_verbs.add_verbs(of_account, common)
    _add_question(
        verb(
            "why",
            "say whether policies allow a request, and which statements decide",
            "Exit status 0: allowed; 1: denied. Works while the Region runs.",
        )
    )
    verb(
        "tour",
        "replicate a secret, lose a Region, promote the replica",
        "Needs a running deployment; cleans up.",
    )
    return top


def _add_plan(init: argparse.ArgumentParser) -> None:
    init.add_argument(
        "--region",
        dest="regions",
        metavar="R",
        action="append",
        help=f"a Region; repeat it ({', '.join(REGIONS_DEFAULT)})",
    )
    init.add_argument(
        "--regions",
        metavar="R,R",
        type=lambda text: text.split(","),
        action="extend",
        help="several Regions at once, of one partition or several",
    )
    account_id = f"12 digits ({ACCOUNT_DEFAULT}); each further partition has the one after it"
    init.add_argument("--account-id", metavar="N", default=ACCOUNT_DEFAULT, help=account_id)
    front_door = f"front door; Regions follow ({PORT_DEFAULT})"
    init.add_argument("--port", metavar="P", type=int, default=PORT_DEFAULT, help=front_door)
    workers = f"API workers a Region ({WORKERS_DEFAULT})"
    init.add_argument("--workers", metavar="N", type=int, default=WORKERS_DEFAULT, help=workers)


def _add_question(why: argparse.ArgumentParser) -> None:
    why.add_argument("--principal", metavar="ARN", help="a root user, user, role or role's session")
    why.add_argument("--action", metavar="A", help="as policies name it: secretsmanager:GetSecretValue")
    why.add_argument("--resource", metavar="R", help="an ARN, or `*`")
    context = "a condition key and its value; repeat it"
    why.add_argument("--context", metavar="K=V", action="append", default=[], help=context)
    why.add_argument("--region", metavar="R", help="whose policies (the resource's, else the control Region)")
    why.add_argument("--event", metavar="ID", help="instead: an event of the trail, by its eventID")


def _run(options: argparse.Namespace, *, home: Path, composition: Composition | None) -> int:
    match options.verb:
        case "init":
            regions = tuple(options.regions or REGIONS_DEFAULT)
            running.make(
                home,
                composition or _composed(),
                regions=regions,
                account_id=options.account_id,
                port=options.port,
                workers=options.workers,
            )
            start = running.command_line("up", options.home)
            print(f"made a deployment with {running.listed(regions)}; start it with `{start}`")
        case "up":
            return running.up(
                home,
                composition or _composed(),
                port=options.port,
                home_option=options.home,
                strict=options.strict,
            )
        case "serve":
            return running.serve(
                home, composition or _composed(), region=options.region, strict=options.strict
            )
        case "start":
            operating.start(open_home(home), options.region)
            print(f"{options.region} is running")
        case "stop":
            operating.stop(open_home(home), options.region)
            print(f"{options.region} is stopped")
        case "status":
            print(operating.status(open_home(home), as_json=options.json))
        case "env":
            print(
                environment.text(
                    open_home(home),
                    os.environ,
                    region=options.region,
                    partition=options.partition,
                    as_json=options.json,
                )
            )
        case "custody":
            return custody.run(open_home(home), options)
        case "region":
            return _regions(home, options, composition)
        case "why":
            return _why(home, options)
        case "account":
            return _accounts(home, options)
        case "tour":
            return _tour(home)
    return 0


def _regions(home: Path, options: argparse.Namespace, composition: Composition | None) -> int:
    # Late, as the server's modules are.
    from watchword.cli.regions import run

    return run(home, options, composition or _composed())


def _accounts(home: Path, options: argparse.Namespace) -> int:
    # Late, as the server's modules are.
    from watchword.cli.accounts import run

    return run(home, options)


def _why(home: Path, options: argparse.Namespace) -> int:
    # Late, as the server's modules are.
    from watchword.cli.why import run

    return run(home, options)


def _tour(home: Path) -> int:
    try:
        from watchword.cli.tour import run
    except ModuleNotFoundError as missing:
        if missing.name not in ("boto3", "botocore"):
            raise
        raise HomeError("the tour needs boto3: install `watchword[tour]`") from None
    return run(open_home(home))


def _composed() -> Composition:
    # Late: `env`, `status` and the like start without the server's modules.
    from watchword.server.composition import composed

    return composed()


def _refuse(sentence: str) -> int:
    print(f"watchword: {sentence}", file=sys.stderr)
    return EXIT_REFUSED


if __name__ == "__main__":
    sys.exit(main())
