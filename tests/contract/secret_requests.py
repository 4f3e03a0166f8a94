"""A request of each operation that names a secret: for tests of what all of them do alike."""

from __future__ import annotations

from tests.contract.region import ACCOUNT

STRANGER = "210987654321"
THEIRS = f"arn:aws:secretsmanager:us-east-1:{STRANGER}:secret:db-AbCdEf"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:rotate"
EVERYBODY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", '
    '"Action": "secretsmanager:GetSecretValue", "Resource": "*"}]}'
)

NAMES_A_SECRET: dict[str, dict[str, object]] = {
    "AssociateCrossAccountReplica": {"CrossAccountReplicaARN": THEIRS},
    "CancelRotateSecret": {},
    "DeleteResourcePolicy": {},
    "DeleteSecret": {},
    "DescribeSecret": {},
    "DisassociateCrossAccountReplica": {"CrossAccountReplicaARN": THEIRS},
    "GetResourcePolicy": {},
    "GetSecretValue": {},
    "ListResourcePolicies": {},
    "ListSecretVersionIds": {},
    "PutResourcePolicy": {"ResourcePolicy": EVERYBODY},
    "PutSecretValue": {"SecretString": "w"},
    "RemoveRegionsFromReplication": {"RemoveReplicaRegions": ["us-east-2"]},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [{"Region": "us-east-2"}]},
    "RestoreSecret": {},
    "RotateSecret": {
        "ClientRequestToken": "2" * 32,
        "RotationLambdaARN": FUNCTION,
        "RotationRules": {"AutomaticallyAfterDays": 30},
    },
    "StopReplicationToReplica": {},
    "TagResource": {"Tags": [{"Key": "k", "Value": "v"}]},
    "UntagResource": {"TagKeys": ["k"]},
    "UpdateSecret": {"Description": "d"},
    "UpdateSecretVersionStage": {"VersionStage": "x", "MoveToVersionId": "1" * 32},
    "ValidateResourcePolicy": {"ResourcePolicy": EVERYBODY},
}
"""Its members besides SecretId; whether it succeeds is another matter."""
