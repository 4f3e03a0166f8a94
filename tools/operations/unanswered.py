"""What the models have and no request can get here, each with its reason; read by `tools/generate_compatibility.py`.

An operation of a model is in a service's table, or here; a declared error is shown by a test, or here. Whatever is in
both, or in neither, stops the generator. `NOT_YET` is of the table: the tests that walk it leave these out, and fail as soon
as one of them is answered.
"""

from __future__ import annotations

from collections.abc import Mapping


def _of(service: str, names: str) -> frozenset[str]:
    return frozenset(f"{service}.{name}" for name in names.split(", "))


NOT_YET: frozenset[str] = frozenset().union(
    # Permissions, which no request names: their condition keys are filled by what asks for them.
    _of("sts", "TagSession, SetSourceIdentity"),
)
"""Operations of the table that nothing carries out yet: a request for one is answered as if it were not there."""

NOT_CARRIED_OUT = "its facts are here, and nothing carries it out yet"
ALL_OTHERS = "*"
"""Every operation of the model that is not in the table: there are too many to name."""

_FEDERATION = "identity providers are OpenID Connect's alone"
_ORGANIZATIONS = "there are no organizations"
_NOTHING_TO_SIGN_FOR = "no service here takes these credentials"

NOT_HERE: Mapping[str, Mapping[str, str]] = {
    "secretsmanager": {},
    "kms": {},
    "iam": {
        _FEDERATION: "CreateSAMLProvider, DeleteSAMLProvider, GetSAMLProvider, ListSAMLProviderTags, ListSAMLProviders, "
        "TagSAMLProvider, UntagSAMLProvider, UpdateSAMLProvider",
        _ORGANIZATIONS: "DisableOrganizationsRootCredentialsManagement, DisableOrganizationsRootSessions, "
        "EnableOrganizationsRootCredentialsManagement, EnableOrganizationsRootSessions, GenerateOrganizationsAccessReport, "
        "GetOrganizationsAccessReport, ListOrganizationsFeatures",
        _NOTHING_TO_SIGN_FOR: "CreateServiceSpecificCredential, DeleteSSHPublicKey, DeleteServerCertificate, "
        "DeleteServiceSpecificCredential, DeleteSigningCertificate, GetSSHPublicKey, GetServerCertificate, "
        "ListSSHPublicKeys, ListServerCertificateTags, ListServerCertificates, ListServiceSpecificCredentials, "
        "ListSigningCertificates, "
        "ResetServiceSpecificCredential, TagServerCertificate, UntagServerCertificate, UpdateSSHPublicKey, "
        "UpdateServerCertificate, UpdateServiceSpecificCredential, UpdateSigningCertificate, UploadSSHPublicKey, "
        "UploadServerCertificate, UploadSigningCertificate",
        "there are no MFA devices": "CreateVirtualMFADevice, DeactivateMFADevice, DeleteVirtualMFADevice, EnableMFADevice, "
        "GetMFADevice, ListMFADeviceTags, ListMFADevices, ListVirtualMFADevices, ResyncMFADevice, TagMFADevice, "
        "UntagMFADevice",
        "nobody is asked for a role on another's behalf": "AcceptDelegationRequest, AcquireRole, "
        "AssociateDelegationRequest, CreateDelegationRequest, GetDelegationRequest, GetHumanReadableSummary, "
        "GetRoleTemplateVersion, ListDelegationRequests, RejectDelegationRequest, SendDelegationToken, "
        "UpdateDelegationRequest",
        "the trail has what these reports would say": "GenerateCredentialReport, GenerateServiceLastAccessedDetails, "
        "GetCredentialReport, GetServiceLastAccessedDetails, GetServiceLastAccessedDetailsWithEntities, "
        "ListPoliciesGrantingServiceAccess",
        "no tokens for services outside": "DisableOutboundWebIdentityFederation, EnableOutboundWebIdentityFederation, "
        "GetOutboundWebIdentityFederationInfo",
        "every token is good in every enabled Region": "SetSecurityTokenServicePreferences",
        "an account has no such properties": "GetAccountProperties, PutAccountProperties",
    },
    "sts": {
        _FEDERATION: "AssumeRoleWithSAML",
        _ORGANIZATIONS: "AssumeRoot",
        "no tokens for services outside": "GetDelegatedAccessToken, GetWebIdentityToken",
    },
    "account": {
        "an account has no addresses and telephones": "DeleteAlternateContact, GetAlternateContact, GetContactInformation, "
        "PutAlternateContact, PutContactInformation, SendPhoneNumberVerification, VerifyPhoneNumber",
        _ORGANIZATIONS: "AcceptPrimaryEmailUpdate, GetPrimaryEmail, GetPrimaryEmailUpdateStatus, StartPrimaryEmailUpdate",
        "accounts of two partitions know nothing of one another": "GetGovCloudAccountInformation",
    },
    "ec2": {"there are no machines": ALL_OTHERS},
}
"""By service and reason: operations of its model."""

UNSUPPORTED = "UnsupportedOperationException"
"""KMS's word for what it has not, of operations that do not declare it too."""

NO_ASYMMETRIC_KEYS = f"{UNSUPPORTED}: no asymmetric keys and no key agreement"
NO_STORES = f"{UNSUPPORTED}: no custom key stores"

ALWAYS_REFUSED: Mapping[str, str] = {
    "kms.Decapsulate": NO_ASYMMETRIC_KEYS,
    "kms.DeriveSharedSecret": NO_ASYMMETRIC_KEYS,
    "kms.Encapsulate": NO_ASYMMETRIC_KEYS,
    "kms.GenerateDataKeyPair": NO_ASYMMETRIC_KEYS,
    "kms.GenerateDataKeyPairWithoutPlaintext": NO_ASYMMETRIC_KEYS,
    "kms.GetPublicKey": NO_ASYMMETRIC_KEYS,
    "kms.Sign": NO_ASYMMETRIC_KEYS,
    "kms.Verify": NO_ASYMMETRIC_KEYS,
    "kms.ConnectCustomKeyStore": NO_STORES,
    "kms.CreateCustomKeyStore": NO_STORES,
    "kms.DeleteCustomKeyStore": NO_STORES,
    "kms.DescribeCustomKeyStores": NO_STORES,
    "kms.DisconnectCustomKeyStore": NO_STORES,
    "kms.UpdateCustomKeyStore": NO_STORES,
}
"""Operations that are answered with refusals alone."""

REMARKS: Mapping[str, str] = {
    "secretsmanager.RotateSecret": "if the function can be invoked; a deployment has none yet: AccessDeniedException",
}
"""What has to be said beside `answers`, for a test shows more than a deployment does."""

OF_EC2 = "EC2's model declares no errors; its page Error codes has it"

UNDECLARED: Mapping[tuple[str, str], str] = {
    (
        "secretsmanager.RotateSecret",
        "DecryptionFailure",
    ): "not declared; a test of RotateImmediately false reads the value",
    ("iam.CreateRole", "NoSuchEntity"): "not declared; a boundary that is not there, as of CreateUser",
    ("ec2.DescribeRegions", "DryRunOperation"): OF_EC2,
    ("ec2.DescribeRegions", "InvalidParameterValue"): OF_EC2,
    (
        "sts.AssumeRole",
        "InvalidParameterValue",
    ): "not declared; what AWS answers to tags of one key, and to keys that conflict",
    **{
        (
            f"kms.{name}",
            "UnsupportedOperationException",
        ): "not declared; the Region's keys are with a KMS elsewhere"
        for name in (
            "CreateAlias",
            "CreateGrant",
            "Decrypt",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateMac",
            "ReEncrypt",
            "UpdateAlias",
        )
    },
}
"""By operation and error: what is answered although neither its model nor the common errors have it."""

IDENTIFIER_ALONE = (
    "the identifier is all that can be wrong, and a wrong one is ValidationException or is not found"
)
NO_KEY_STORES = "there are no custom key stores: UnsupportedOperationException"
IN_ERRORS = (
    "an entry of `Errors`, in a success: "
    "`contract/test_secrets_batch.py::test_what_can_not_be_read_is_an_error_of_its_own`"
)
NO_PREREQUISITES = "AWS's pages do not say which steps it asks for, and nothing here waits for one"


def _of_kms(error: str, why: str, names: str) -> Mapping[tuple[str, str], str]:
    """One reason for several operations of KMS."""
    return {(f"kms.{name}", error): why for name in names.split(", ")}


def _of_iam(error: str, why: str, names: str) -> Mapping[tuple[str, str], str]:
    """One reason for several operations of IAM."""
    return {(f"iam.{name}", error): why for name in names.split(", ")}


CALLER_UNKNOWN = "an account that has not enabled the Region has no caller there"
NEVER: Mapping[tuple[str, str], str] = {
    ("secretsmanager.CreateSecret", "MalformedPolicyDocumentException"): "it takes no policy",
    ("secretsmanager.CreateSecret", "PreconditionNotMetException"): NO_PREREQUISITES,
    (
        "secretsmanager.CreateSecret",
        "ResourceNotFoundException",
    ): "nothing that it names has to be there but a KMS key, and of that one EncryptionFailure tells",
    ("secretsmanager.UpdateSecret", "MalformedPolicyDocumentException"): "it takes no policy",
    ("secretsmanager.UpdateSecret", "PreconditionNotMetException"): NO_PREREQUISITES,
    ("secretsmanager.GetSecretValue", "InvalidParameterException"): IDENTIFIER_ALONE,
    ("secretsmanager.DescribeSecret", "InvalidParameterException"): IDENTIFIER_ALONE,
    ("secretsmanager.ListSecretVersionIds", "InvalidParameterException"): IDENTIFIER_ALONE,
    ("secretsmanager.GetResourcePolicy", "InvalidParameterException"): IDENTIFIER_ALONE,
    ("secretsmanager.ListResourcePolicies", "InvalidParameterException"): IDENTIFIER_ALONE,
    ("secretsmanager.ValidateResourcePolicy", "InvalidParameterException"): IDENTIFIER_ALONE,
    (
        "secretsmanager.ValidateResourcePolicy",
        "MalformedPolicyDocumentException",
    ): "a syntax error is answered in `ValidationErrors`, in a success",
    ("secretsmanager.StopReplicationToReplica", "InvalidParameterException"): IDENTIFIER_ALONE,
    (
        "secretsmanager.ListSecrets",
        "InvalidRequestException",
    ): "it concerns no one secret, whose state could refuse it",
    (
        "secretsmanager.GetRandomPassword",
        "InvalidRequestException",
    ): "it concerns no secret, whose state could refuse it",
    (
        "secretsmanager.RestoreSecret",
        "InvalidRequestException",
    ): "restoring a secret that is not marked is no change",
    ("secretsmanager.BatchGetSecretValue", "DecryptionFailure"): IN_ERRORS,
    ("secretsmanager.BatchGetSecretValue", "InvalidRequestException"): IN_ERRORS,
    ("secretsmanager.BatchGetSecretValue", "ResourceNotFoundException"): IN_ERRORS,
    ("sts.AssumeRole", "ExpiredTokenException"): "no context of another party is taken that could be over",
    ("sts.AssumeRoleWithWebIdentity", "RegionDisabledException"): "there the account trusts no provider",
    ("sts.GetFederationToken", "RegionDisabledException"): CALLER_UNKNOWN,
    ("sts.GetSessionToken", "RegionDisabledException"): CALLER_UNKNOWN,
    ("kms", "CloudHsmClusterInvalidConfigurationException"): NO_KEY_STORES,
    ("kms", "CustomKeyStoreInvalidStateException"): NO_KEY_STORES,
    ("kms", "CustomKeyStoreNotFoundException"): NO_KEY_STORES,
    ("kms", "XksKeyAlreadyInUseException"): NO_KEY_STORES,
    ("kms", "XksKeyInvalidConfigurationException"): NO_KEY_STORES,
    ("kms", "XksKeyNotFoundException"): NO_KEY_STORES,
    ("kms", "DependencyTimeoutException"): "what is out of reach is ServiceUnavailable, 503",
    ("kms", "KeyUnavailableException"): "a custodian out of reach is ServiceUnavailable, 503",
    **_of_kms(
        "InvalidArnException",
        "an ARN that is none names no key: NotFoundException",
        "CancelKeyDeletion, CreateKey, DeleteImportedKeyMaterial, DescribeKey, DisableKey, DisableKeyRotation, EnableKey, "
        "EnableKeyRotation, GetKeyLastUsage, GetKeyPolicy, GetKeyRotationStatus, GetParametersForImport, ImportKeyMaterial, "
        "ListAliases, ListGrants, ListKeyPolicies, ListKeyRotations, ListResourceTags, ListRetirableGrants, PutKeyPolicy, "
        "ReplicateKey, RetireGrant, RevokeGrant, RotateKeyOnDemand, ScheduleKeyDeletion, TagResource, UntagResource, "
        "UpdateKeyDescription, UpdatePrimaryRegion",
    ),
    **_of_kms(
        "KMSInvalidStateException",
        "it works in every state of the key",
        "DeleteAlias, GetKeyPolicy, GetKeyRotationStatus, ListGrants, ListKeyPolicies, ListKeyRotations, PutKeyPolicy, "
        "RetireGrant, RevokeGrant",
    ),
    ("kms.EnableKey", "LimitExceededException"): "AWS's pages name no quota of enabled keys",
    ("kms.TagResource", "LimitExceededException"): "more tags than a key can have are TagException",
    ("kms.ListRetirableGrants", "NotFoundException"): "a principal without grants has an empty list",
    ("kms.PutKeyPolicy", "UnsupportedOperationException"): "every key has a policy",
    ("iam", "ConcurrentModification"): "changes of an account are made one after the other",
    ("iam", "EntityTemporarilyUnmodifiable"): "a user can be changed as soon as it is there",
    ("iam", "PolicyNotAttachable"): "every managed policy that is here can be attached",
    **_of_iam(
        "LimitExceeded",
        "it adds nothing that there could be too much of",
        "DeleteRole, DeleteServiceLinkedRole, DeleteUserPolicy, DeleteGroupPolicy, DeleteRolePolicy, DeletePolicy, "
        "SetDefaultPolicyVersion, DeletePolicyVersion, DetachUserPolicy, DetachGroupPolicy, DetachRolePolicy, "
        "DeleteInstanceProfile, RemoveRoleFromInstanceProfile, UpdateUser, DeleteUser, UpdateAccessKey, DeleteAccessKey, "
        "UpdateGroup, DeleteGroup, RemoveUserFromGroup, CreateLoginProfile, UpdateLoginProfile, DeleteLoginProfile, "
        "ChangePassword, UpdateAccountPasswordPolicy, DeleteAccountPasswordPolicy, CreateAccountAlias, DeleteAccountAlias",
    ),
    **_of_iam(
        "InvalidInput",
        "what can be wrong is a constraint: ValidationError",
        "ListAttachedUserPolicies, ListAttachedGroupPolicies, ListAttachedRolePolicies, UntagInstanceProfile",
    ),
    (
        "iam.UpdateRoleDescription",
        "UnmodifiableEntity",
    ): "the description of a service-linked role is the account's to change",
    ("iam.CreateServiceLinkedRole", "NoSuchEntity"): "a name that is no service's is InvalidInput",
    (
        "iam.AddRoleToInstanceProfile",
        "EntityAlreadyExists",
    ): "a profile that has a role is full: LimitExceeded",
    ("iam.CreateGroup", "NoSuchEntity"): "a new group names nothing that has to be there",
    ("iam.UpdateAccountPasswordPolicy", "NoSuchEntity"): "there need not be one before",
    (
        "iam.UpdateAccountPasswordPolicy",
        "MalformedPolicyDocument",
    ): "what can be wrong is a constraint: ValidationError",
    ("iam.DeleteOpenIDConnectProvider", "NoSuchEntity"): "its page says that there need not be one",
    (
        "iam.CreateOpenIDConnectProvider",
        "OpenIdIdpCommunicationError",
    ): "nobody fetches the certificate of a provider that is made",
    (
        "iam.SimulateCustomPolicy",
        "PolicyEvaluation",
    ): "a policy that is given and can't be read is InvalidInput",
    ("account", "TooManyRequestsException"): "too many requests are ThrottlingException, of every service",
}
"""By operation, or by service for all its operations, and error."""

COMMON = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InternalFailure",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "RequestEntityTooLargeException",
        "SerializationException",
        "ServiceUnavailable",
        "ThrottlingException",
        "UnknownOperationException",
        "UnrecognizedClientException",
        "ValidationException",
        # As query services spell them.
        "AccessDenied",
        "ExpiredToken",
        "IncompleteSignature",
        "InvalidAction",
        "InvalidClientTokenId",
        "MalformedInput",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
        "Throttling",
        "ValidationError",
        # IAM's word for a fault, which five of its operations do not declare.
        "ServiceFailure",
        # As EC2 spells them.
        "AuthFailure",
        "UnauthorizedOperation",
    }
)
"""Codes that every operation may answer though its model declares none of them.

Source: Common errors of each service's API reference.
"""
