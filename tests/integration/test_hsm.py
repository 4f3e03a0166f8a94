"""A Region whose root is in an HSM: a real SoftHSM, a real deployment, both modes.

What happens when the HSM is gone, slow or stuck: tests/fault/test_hsm_faults.py.
"""

from __future__ import annotations

import base64
import itertools
import os
import pwd
import re
import shutil
import socket
import sqlite3
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.integration import hsm as hsms
from tests.integration.deployment import VIRGINIA, Caller, until
from tests.integration.hsm import KEY, PIN, HsmDeployment, SoftHsm, hsm_deployment

from watchword.custody import protocol, root
from watchword.custody.hsm import HsmOpener
from watchword.custody.hsm_apart import HsmApart
from watchword.custody.master import InHsm
from watchword.custody.protocol import Op, Outcome

VALUE = "never-to-be-found-outside"
OPEN_S_MAX = 10.0
"""From when an HSM is back until its Region has noticed: a second's rest, a login, and a busy machine."""

pytestmark = pytest.mark.skipif(
    not hsms.is_installed(), reason=f"{hsms.NEEDED} are not installed, which `make test` does"
)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start the custodian as another user")


def create_secret(caller: Caller, name: str = "db") -> None:
    caller.ask("CreateSecret", Name=name, SecretString=VALUE, ClientRequestToken=str(uuid.uuid4()))


def status_of(caller: Caller, operation: str, *, service: str = "secretsmanager", **parameters: str) -> int:
    return caller.answer(operation, service=service, **parameters)[0]


def used(caller: Caller) -> dict[str, str]:
    """Use a new key of each kind; return what has to open later."""
    key = caller.ask("CreateKey", service="kms")["KeyMetadata"]["KeyId"]
    plaintext = base64.b64encode(b"plaintext").decode()
    blob = caller.ask("Encrypt", service="kms", KeyId=key, Plaintext=plaintext)["CiphertextBlob"]
    caller.ask("RotateKeyOnDemand", service="kms", KeyId=key)
    data_key = caller.ask("GenerateDataKey", service="kms", KeyId=key, KeySpec="AES_256")
    mac_key = caller.ask("CreateKey", service="kms", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    mac_id = mac_key["KeyMetadata"]["KeyId"]
    mac = caller.ask(
        "GenerateMac", service="kms", KeyId=mac_id, Message=plaintext, MacAlgorithm="HMAC_SHA_256"
    )["Mac"]
    return {
        "blob": blob,
        "data_key": data_key["Plaintext"],
        "data_key_blob": data_key["CiphertextBlob"],
        "mac_key": mac_id,
        "mac": mac,
        "plaintext": plaintext,
    }


def require_opens(caller: Caller, held: dict[str, str]) -> None:
    def decrypted(blob: str) -> Any:
        return caller.ask("Decrypt", service="kms", CiphertextBlob=blob)["Plaintext"]

    assert decrypted(held["blob"]) == held["plaintext"]
    assert decrypted(held["data_key_blob"]) == held["data_key"]
    again = caller.ask(
        "ReEncrypt",
        service="kms",
        CiphertextBlob=held["blob"],
        DestinationKeyId=caller.ask("CreateKey", service="kms")["KeyMetadata"]["KeyId"],
    )
    assert decrypted(again["CiphertextBlob"]) == held["plaintext"]
    verified = caller.ask(
        "VerifyMac",
        service="kms",
        KeyId=held["mac_key"],
        Message=held["plaintext"],
        MacAlgorithm="HMAC_SHA_256",
        Mac=held["mac"],
    )
    assert verified["MacValid"] is True


@pytest.mark.parametrize("mode", ["start", "every"])
def test_a_region_lives_by_its_hsm_and_is_itself_after_a_restart(mode: str) -> None:
    with hsm_deployment(mode=mode) as deployment:
        said = deployment.done("init", "--to", "hsm")
        assert f"the HSM has made the key `{KEY}`" in said
        deployment.forget_key_file()
        deployment.up()
        with closing(deployment.caller(VIRGINIA)) as caller:
            create_secret(caller)
            assert caller.ask("GetSecretValue", SecretId="db")["SecretString"] == VALUE
            held = used(caller)
            require_opens(caller, held)
        standing = deployment.standing()
        assert (standing["sealed"], standing["opened_by"], standing["hsm"]) == (False, "hsm", "ok")
        assert standing["master_in_hsm"] is (mode == "every")
        shown = deployment.cli("status").stdout
        assert re.search(rf"HSM of {VIRGINIA}  ok; its process: .*Landlock: yes, seccomp: yes", shown)
        require_hidden(deployment)

        deployment.end()
        deployment.up()

        with closing(deployment.caller(VIRGINIA)) as caller:
            assert caller.ask("GetSecretValue", SecretId="db")["SecretString"] == VALUE
            require_opens(caller, held)


def require_hidden(deployment: HsmDeployment) -> None:
    """The PIN and the value are in no argument, environment, log or file of the Region."""
    words = (PIN.encode(), VALUE.encode())
    for pid in deployment.processes():
        for name in ("cmdline", "environ"):
            content = Path(f"/proc/{pid}/{name}").read_bytes()
            assert not any(word in content for word in words)
    files = [path for path in deployment.home.rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in (*files, deployment.err, deployment.out):
        content = path.read_bytes()
        assert not any(word in content for word in words), path


def test_the_search_for_a_pin_finds_one_that_is_planted() -> None:
    with hsm_deployment() as deployment:
        deployment.up()
        require_hidden(deployment)
        (deployment.home / "planted").write_text(f"pin={PIN}\n")

        with pytest.raises(AssertionError):
            require_hidden(deployment)


def test_in_mode_every_the_root_holds_no_master_and_each_decryption_is_the_hsms() -> None:
    with hsm_deployment(mode="every") as deployment:
        deployment.done("init", "--to", "hsm")
        deployment.forget_key_file()
        path = deployment.home / "regions" / VIRGINIA / "root.sealed"
        opener = HsmOpener(hsm=HsmApart(token=deployment.hsm.token()), key_label=KEY)
        os.environ.update(deployment.hsm.environment)
        try:
            held = root.read(path)
            master = held.opened(opener.key(held.lock))
        finally:
            for name in deployment.hsm.environment:
                del os.environ[name]
        assert isinstance(master.key, InHsm)
        deployment.up()
        with closing(deployment.caller(VIRGINIA)) as caller:
            key = caller.ask("CreateKey", service="kms")["KeyMetadata"]["KeyId"]
            blob = caller.ask("Encrypt", service="kms", KeyId=key, Plaintext="eA==")["CiphertextBlob"]
            counts = [deployment.hsm.count("D")]
            for _ in range(5):
                assert caller.ask("Decrypt", service="kms", CiphertextBlob=blob)["Plaintext"] == "eA=="
                counts.append(deployment.hsm.count("D"))

        # One decryption is two calls: how long the plaintext is, and then the plaintext.
        assert [after - before for before, after in itertools.pairwise(counts)] == [2] * 5


def test_questions_that_come_together_are_answered_in_their_order_though_some_wait_for_the_hsm() -> None:
    """As workers send them; more than one turn of them, and those between need no HSM."""
    arn = b"arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
    with hsm_deployment(mode="every") as deployment:
        deployment.done("init", "--to", "hsm")
        deployment.up()
        questions = b""
        for size in range(1, 51):
            questions += protocol.frame(Op.CREATE_MATERIAL, (arn,))
            questions += protocol.frame(Op.RANDOM, (protocol.number(size),))
        with closing(socket.socket(socket.AF_UNIX)) as asking:
            asking.settimeout(OPEN_S_MAX)
            asking.connect(str(deployment.home / "regions" / VIRGINIA / "custody.sock"))
            asking.sendall(questions)

            answers = [taken(asking) for _ in range(100)]

        assert {outcome for outcome, _ in answers} == {Outcome.DONE}
        assert [len(parts[0]) for _, parts in answers[1::2]] == list(range(1, 51))
        rows = {parts[0] for _, parts in answers[::2]}
        assert (len(rows), {row[:2] for row in rows}) == (50, {b"\x01\x02"})


def taken(asking: socket.socket) -> tuple[int, list[bytes]]:
    received = bytearray()
    while (length := protocol.frame_bytes(received)) is None or len(received) < length:
        piece = asking.recv(protocol.LENGTH_BYTES if length is None else length - len(received))
        assert piece, "the custodian hung up"
        received += piece
    return protocol.parse(bytes(received))


def test_in_mode_start_the_hsm_is_asked_when_the_region_starts_and_not_again() -> None:
    with hsm_deployment(mode="start") as deployment:
        deployment.done("init", "--to", "hsm")
        deployment.up()
        with closing(deployment.caller(VIRGINIA)) as caller:
            held = used(caller)
            before = deployment.hsm.count("D")

            require_opens(caller, held)

        assert deployment.hsm.count("D") == before


def test_a_region_that_an_operator_sealed_stays_sealed_though_the_hsm_is_there() -> None:
    with hsm_deployment() as deployment:
        deployment.done("init", "--to", "hsm")
        deployment.up()
        assert deployment.done("seal") == f"{VIRGINIA} is sealed\n"

        os.kill(deployment.askers()[0], 9)
        until(
            lambda: deployment.hsm.count("L") >= 4 and deployment.standing()["hsm"] == "ok",
            what="logged in again",
        )

        assert deployment.standing()["sealed"] is True
        assert deployment.done("unseal") == f"{VIRGINIA} is open\n"


# What is wrong at the start


def test_a_wrong_pin_leaves_the_region_sealed_and_is_tried_once() -> None:
    """A token locks itself after a few wrong PINs: whoever tries again by himself would lock it."""
    with hsm_deployment() as deployment:
        deployment.done("init", "--to", "hsm")
        deployment.hsm.set_pin("a-wrong-pin")
        logins = deployment.hsm.count("L")

        deployment.up()

        standing = deployment.standing()
        assert standing["sealed"] is True
        assert "refuses the PIN" in standing["hsm"]
        assert "a-wrong-pin" not in deployment.log()
        with closing(deployment.caller(VIRGINIA)) as caller:
            assert status_of(caller, "ListSecrets") == 503
        # Neither time nor a new custodian tries it again; a new file does.
        os.kill(deployment.pids(VIRGINIA)["custodian"], 9)
        until(lambda: deployment.is_whole(VIRGINIA), what="a new custodian")
        until(lambda: "refuses the PIN" in deployment.standing()["hsm"], what="the new one is told")
        time.sleep(2.5)
        assert deployment.hsm.count("L") == logins + 1
        deployment.hsm.set_pin(PIN)
        until(lambda: not deployment.standing()["sealed"], what="open", seconds_max=OPEN_S_MAX)
        with closing(deployment.caller(VIRGINIA)) as caller:
            create_secret(caller)


def test_a_region_starts_sealed_without_its_token_and_opens_when_that_is_there() -> None:
    with hsm_deployment() as deployment:
        deployment.done("init", "--to", "hsm")
        deployment.hsm.take_away()

        deployment.up()

        standing = deployment.standing()
        assert standing["sealed"] is True
        assert standing["hsm"] != "ok"
        deployment.hsm.bring_back()
        until(lambda: not deployment.standing()["sealed"], what="open", seconds_max=OPEN_S_MAX)


WRONG = {
    "a library that is not there": ("faults.so", "can't be loaded"),
    "another token": (hsms.TOKEN, "has no token"),
    "no PIN file": ('/pin"', "PIN file"),
}


@pytest.mark.parametrize(("said", "sentence"), WRONG.values(), ids=WRONG)
def test_a_setting_that_is_wrong_is_said_by_status(said: str, sentence: str) -> None:
    with hsm_deployment() as deployment:
        deployment.done("init", "--to", "hsm")
        text = deployment.toml.read_text()
        at = text.rindex(said)
        deployment.toml.write_text(
            text[:at] + "x" + text[at:] if said[0] != "/" else text[:at] + "/x" + text[at + 1 :]
        )

        deployment.up()

        until(lambda: sentence in deployment.standing()["hsm"], what=sentence)
        assert deployment.standing()["sealed"] is True
        ended = deployment.custody("unseal")
        assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
        assert sentence in ended.stderr


def test_a_pin_file_that_others_may_read_is_refused() -> None:
    with hsm_deployment() as deployment:
        deployment.hsm.pin_file.chmod(0o644)

        ended = deployment.custody("init", "--to", "hsm")

        assert ended.returncode == 2
        assert "open to others" in ended.stderr
        assert PIN not in ended.stderr


def test_a_key_that_could_leave_the_token_is_not_used() -> None:
    with hsm_deployment() as deployment:
        make_key_that_may_leave(deployment.hsm)

        ended = deployment.custody("init", "--to", "hsm")

        assert ended.returncode == 2
        assert "never leaves the token" in ended.stderr
        # Nothing has changed: the key file opens it.
        deployment.up()
        assert deployment.standing()["opened_by"] == "key-file"


def make_key_that_may_leave(hsm: SoftHsm) -> None:
    hsms.run(
        *("pkcs11-tool", "--module", str(hsms.SOFTHSM), "--token-label", hsms.TOKEN, "--login", "--pin", PIN),
        *("--keygen", "--key-type", "AES:32", "--label", KEY, "--extractable"),
        environment=hsm.environment,
    )


def test_without_a_table_the_hsm_is_asked_for_in_one_sentence() -> None:
    with hsm_deployment() as deployment:
        deployment.toml.write_text(deployment.written)

        ended = deployment.custody("init", "--to", "hsm")

        assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
        assert "[custodian.hsm]" in ended.stderr


# Rekey


def test_a_running_region_is_rekeyed_to_an_hsm_to_another_key_of_it_and_away() -> None:
    with hsm_deployment() as deployment:
        deployment.up()
        with closing(deployment.caller(VIRGINIA)) as caller:
            create_secret(caller)

            said = deployment.done("rekey", "--to", "hsm")
            assert f"is opened by the HSM's key `{KEY}` from now on" in said
            deployment.forget_key_file()
            deployment.say(mode="start", key="another")
            assert "`another`" in deployment.done("rekey", "--to", "hsm")
            again(deployment)
            path = deployment.folder / "passphrase"
            path.write_text("a passphrase that is long\n")
            path.chmod(0o600)
            deployment.done("rekey", "--to", "passphrase", "--new-passphrase-file", path)
            again(deployment, "--passphrase-file", path)

            assert caller.ask("GetSecretValue", SecretId="db")["SecretString"] == VALUE


def again(deployment: HsmDeployment, *proof: str | Path) -> None:
    """Seal it, and open it with what opens it now."""
    deployment.done("seal")
    assert deployment.done("unseal", *proof) == f"{VIRGINIA} is open\n"


def test_a_master_moves_into_the_hsm_while_its_region_is_used() -> None:
    with hsm_deployment(mode="every") as deployment:
        deployment.up()
        with closing(deployment.caller(VIRGINIA)) as caller:
            create_secret(caller)
            held = used(caller)

            said = deployment.done("rekey", "--master", "--to", "hsm")

            assert "in the HSM," in said
            until(
                lambda: (standing := deployment.standing())["rewrapped"] == standing["rows"] > 0,
                what="all rows re-wrapped",
            )
            standing = deployment.standing()
            assert (standing["master_in_hsm"], standing["rewrapping"], standing["refused"]) == (True, True, 0)
            assert caller.ask("GetSecretValue", SecretId="db")["SecretString"] == VALUE
            require_opens(caller, held)
        rows = wrapped_rows(deployment)
        assert len(rows) >= 4
        assert {row[:2] for row in rows} == {b"\x01\x02"}


def wrapped_rows(deployment: HsmDeployment) -> list[bytes]:
    with closing(sqlite3.connect(deployment.home / "regions" / VIRGINIA / "store.sqlite3")) as raw:
        found = raw.execute("SELECT wrapped FROM kms_material UNION SELECT sealed_secret FROM access_key")
        return [row for (row,) in found]


def test_a_master_is_not_moved_into_an_hsm_that_the_custodian_was_not_started_with() -> None:
    with hsm_deployment(mode="every") as deployment:
        deployment.toml.write_text(deployment.written)
        deployment.up()
        deployment.say(mode="every")

        ended = deployment.custody("rekey", "--master")

        assert ended.returncode == 2
        assert "start the Region" in ended.stderr
        standing = deployment.standing()
        assert (standing["master_in_hsm"], standing["rewrapping"]) == (False, False)


# The process that speaks to the HSM


TRIED = {
    "a file elsewhere": "read /etc/hostname",
    "another Region's folder": "read {home}/watchword.toml",
    "its own PIN": "read {pin}",
    "a socket to elsewhere": "connect",
    "another process": "run",
}


@pytest.mark.parametrize("what", TRIED)
def test_an_hsms_library_reaches_nothing_but_what_it_is_given(what: str) -> None:
    with hsm_deployment(mode="every") as deployment:
        deployment.done("init", "--to", "hsm")
        attempt = TRIED[what].format(home=deployment.home, pin=deployment.hsm.pin_file)
        # Without a room, as in a command's fork, it succeeds.
        deployment.hsm.fail(attempt)
        os.environ.update(deployment.hsm.environment)
        try:
            HsmApart(token=deployment.hsm.token()).make(key_label=KEY, bound=b"")
        finally:
            for name in deployment.hsm.environment:
                del os.environ[name]
        deployment.hsm.fail("")
        assert deployment.hsm.count("+") > 0
        assert deployment.hsm.count("-") == 0
        deployment.up()
        reached = deployment.hsm.count("+")

        deployment.hsm.fail(attempt)
        with closing(deployment.caller(VIRGINIA)) as caller:
            made = status_of(caller, "CreateKey", service="kms")
        deployment.hsm.fail("")

        if what == "its own PIN":
            # It was handed that PIN: nothing is gained by hiding the file.
            assert made == 200
        elif attempt in ("connect", "run"):
            # Nothing of an HSM's that needs files alone asks for it: the process is ended, and the next one serves.
            assert made == 503
            assert deployment.hsm.count("+") == reached
        else:
            assert made == 200
            assert deployment.hsm.count("-") > 0
            assert deployment.hsm.count("+") == reached


def test_the_custodian_itself_has_no_library_of_an_hsm() -> None:
    with hsm_deployment(mode="every") as deployment:
        deployment.done("init", "--to", "hsm")
        deployment.up()
        pids = deployment.pids(VIRGINIA)

        maps = {name: Path(f"/proc/{pid}/maps").read_text() for name, pid in pids.items()}
        (asker,) = deployment.askers()

        assert "softhsm" in Path(f"/proc/{asker}/maps").read_text()
        assert [name for name, held in maps.items() if "pkcs11" in held or "softhsm" in held] == []


def test_strict_starts_with_an_hsm() -> None:
    with hsm_deployment(mode="every") as deployment:
        deployment.done("init", "--to", "hsm")
        deployment.say(mode="every", custodian="strict = true")

        deployment.up()

        assert deployment.standing()["hsm"] == "ok"


@as_root
def test_the_process_that_speaks_to_the_hsm_has_the_custodians_user() -> None:
    user = "nobody"
    with hsm_deployment(mode="every") as deployment:
        deployment.done("init", "--to", "hsm")
        deployment.say(mode="every", custodian=f'user = "{user}"\nstrict = true')
        for path in (deployment.hsm.folder, *deployment.hsm.folder.rglob("*")):
            shutil.chown(path, user)
        deployment.folder.chmod(0o711)
        deployment.home.chmod(0o711)

        deployment.up()

        (asker,) = deployment.askers()
        uids = re.search(r"^Uid:\s+(\d+)\s+(\d+)", Path(f"/proc/{asker}/status").read_text(), re.MULTILINE)
        assert uids is not None
        assert {int(uid) for uid in uids.groups()} == {pwd.getpwnam(user).pw_uid}
        with closing(deployment.caller(VIRGINIA)) as caller:
            create_secret(caller)
