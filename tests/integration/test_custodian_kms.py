"""KMS through the custodian's process: the same answers over its socket, and no waiting for RSA pairs."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from watchword.custody import root
from watchword.custody.client import CustodyClient
from watchword.envelope.refused import EnvelopeRefused, Step

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111"
OTHER_ARN = KEY_ARN.replace("1111-", "2222-", 1)
NOW = 1_795_298_400_000
START_SECONDS_MAX = 10.0
READ_SECONDS_MAX = 0.5
"""A read beside the making of a pair, on a busy machine; alone it takes under a millisecond."""


@pytest.fixture
def custody(tmp_path: Path) -> Iterator[CustodyClient]:
    """A custodian that has said `R`, and its client."""
    root.create(tmp_path / "root", tmp_path / "key", region="us-east-1", entropy=os.urandom)
    beat, beat_end = os.pipe()
    parent_end, parent = os.pipe()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "custody.sock"))
        listener.listen(16)
        fds = (listener.fileno(), beat_end, parent_end)
        files = ("--root", str(tmp_path / "root"), "--key-file", str(tmp_path / "key"))
        options = ("--socket-fd", str(fds[0]), "--beat-fd", str(fds[1]), "--parent-fd", str(fds[2]))
        process = subprocess.Popen(
            [sys.executable, "-m", "watchword.custody", *files, *options], pass_fds=fds
        )
        os.close(beat_end)
        os.close(parent_end)
        try:
            assert select.select([beat], [], [], START_SECONDS_MAX)[0]
            assert os.read(beat, 1) == b"R"
            yield CustodyClient(tmp_path / "custody.sock")
        finally:
            process.kill()
            process.wait()
            os.close(beat)
            os.close(parent)


def test_every_question_of_kms_is_answered_over_the_socket(custody: CustodyClient) -> None:
    first = custody.create_material(key_arn=KEY_ARN)
    second = custody.create_material(key_arn=KEY_ARN, material_version=2)
    other = custody.create_material(key_arn=OTHER_ARN)
    blob = custody.generate_sealed_data_key(material=second, key_arn=KEY_ARN, context={"a": "b"}, size=16)
    moved = custody.re_encrypt(
        material=second,
        key_arn=KEY_ARN,
        context={"a": "b"},
        blob=blob,
        to_material=other,
        to_key_arn=OTHER_ARN,
        to_context={},
    )
    assert len(custody.decrypt(material=other, key_arn=OTHER_ARN, context={}, blob=moved)) == 16
    with pytest.raises(EnvelopeRefused):
        custody.decrypt(material=first, key_arn=KEY_ARN, context={"a": "b"}, blob=blob)
    assert len(custody.random(size=100)) == 100
    mac_material = custody.create_mac_material(key_arn=KEY_ARN, size=64)
    said = (KEY_ARN, "HMAC_SHA_512", b"m")
    mac = custody.generate_mac(material=mac_material, key_arn=said[0], algorithm=said[1], message=said[2])
    for sent, right in ((mac, True), (mac[:-1], False)):
        assert right is custody.verify_mac(
            material=mac_material, key_arn=said[0], algorithm=said[1], message=said[2], mac=sent
        )


def test_material_is_imported_while_others_go_on_reading(custody: CustodyClient) -> None:
    """Pairs are made aside: a reader that asks meanwhile is answered in its usual time."""
    material = custody.create_material(key_arn=KEY_ARN)
    slowest = 0.0
    done = threading.Event()

    def read() -> None:
        nonlocal slowest
        while not done.is_set():
            began = time.monotonic()
            custody.generate_data_key(material=material, key_arn=KEY_ARN, context={}, size=32)
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.005)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        public, token = custody.import_parameters(
            key_arn=KEY_ARN, bits=2_048, algorithm="RSAES_OAEP_SHA_256", expires_ms=NOW
        )
    finally:
        done.set()
        reader.join()
    loaded = serialization.load_der_public_key(public)
    assert isinstance(loaded, rsa.RSAPublicKey)
    digest = hashes.SHA256()
    oaep = padding.OAEP(mgf=padding.MGF1(algorithm=digest), algorithm=digest, label=None)
    wrapped = loaded.encrypt(bytes(range(32)), oaep)

    def take(now: int) -> tuple[bytes, str]:
        return custody.import_material(
            token=token,
            wrapped=wrapped,
            key_arn=KEY_ARN,
            material_version=1,
            mac=False,
            size_min=32,
            size_max=32,
            now=now,
        )

    imported, material_id = take(NOW)
    with pytest.raises(EnvelopeRefused) as refused:
        take(NOW + 1)

    assert refused.value.step is Step.EXPIRED
    assert len(material_id) == 64
    assert custody.encrypt(material=imported, key_arn=KEY_ARN, context={}, plaintext=b"x")
    assert slowest < READ_SECONDS_MAX
