"""Two deployments for tests: one whose Virginia keeps its keys with the other one's KMS, over https on loopback."""

from __future__ import annotations

import datetime as dt
import ipaddress
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.integration.deployment import OHIO, VIRGINIA, WAIT_S_MAX, Deployment, scratch

OREGON = "us-west-2"
DEFAULT_ALIAS = "alias/secrets-of-virginia"
DEADLINE_MS = 2_000
CACHE_MS = 1_000
CREDENTIALS = Path("regions") / VIRGINIA / "kms.credentials"


def write_certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a KMS elsewhere")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(exist_ok=True)
    (folder / "endpoint.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "endpoint.key").write_bytes(private)
    (folder / "endpoint.key").chmod(0o600)


class Vault:
    """The deployment that has the keys: one Region, with https."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.deployment = Deployment(folder, regions=(OREGON,), workers=1)
        home = self.deployment.home
        write_certificate(home / "tls")
        self.certificate = home / "tls" / "endpoint.crt"
        toml = home / "watchword.toml"
        plain = self.deployment.env["regions"][OREGON]["endpoint_url"]
        self.endpoint = plain.replace("http://", "https://")
        secure = (
            f'endpoint = "{self.endpoint}"\n'
            'certificate = "tls/endpoint.crt"\n'
            'certificate_key = "tls/endpoint.key"\n'
        )
        self.default_key = ""
        """The ARN of the key of secrets that name none."""
        toml.write_text(toml.read_text().replace(f'endpoint = "{plain}"\n', secure))

    @property
    def kms(self) -> Any:
        return self.deployment.client(
            OREGON,
            service="kms",
            endpoint_url=self.endpoint,
            verify=str(self.certificate),
            config=Config(retries={"total_max_attempts": 1}, read_timeout=WAIT_S_MAX),
        )

    def new_key(self, alias: str, **members: Any) -> str:
        """Make a key with an alias; return its ARN."""
        client = self.kms
        arn: str = client.create_key(**members)["KeyMetadata"]["Arn"]
        client.create_alias(AliasName=alias, TargetKeyId=arn)
        return arn


def use_elsewhere(deployment: Deployment, vault: Vault, **changed: object) -> None:
    """Have Virginia use the vault's KMS from its next start on; `changed` goes over the settings."""
    home = deployment.home
    shutil.copy(vault.deployment.home / "credentials", home / CREDENTIALS)
    settings: dict[str, object] = {
        "endpoint": vault.endpoint,
        "region": OREGON,
        "default_key": vault.default_key,
        "credentials": str(CREDENTIALS),
        "ca": str(vault.certificate),
        "deadline_ms": DEADLINE_MS,
        "cache_ms": CACHE_MS,
    }
    written = [
        f"{name} = {value}" if isinstance(value, int) else f'{name} = "{value}"'
        for name, value in (settings | changed).items()
    ]
    with (home / "watchword.toml").open("a") as toml:
        toml.write(f"\n[regions.{VIRGINIA}.kms]\n" + "\n".join(written) + "\n")


@contextmanager
def vault_and_deployment(*, before: bool = False) -> Iterator[tuple[Vault, Deployment]]:
    """Run both; with `before` the deployment has its own keys still, and runs."""
    with scratch() as folder:
        vault = Vault(folder / "vault")
        held = [vault.deployment]
        try:
            vault.deployment.up()
            vault.default_key = vault.new_key(DEFAULT_ALIAS)
            (folder / "uses").mkdir()
            deployment = Deployment(folder / "uses", regions=(VIRGINIA, OHIO), workers=2)
            held.append(deployment)
            if not before:
                use_elsewhere(deployment, vault)
            deployment.up()
            yield vault, deployment
            for one in held:
                one.end()
                one.require_nothing_wrong()
        finally:
            for one in held:
                one.clear_away()
