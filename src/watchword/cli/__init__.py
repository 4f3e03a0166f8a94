"""`watchword …`: operating verbs only; AWS verbs are the AWS CLI's."""
