"""A program that has a token of its OpenID Connect provider, and no access key."""

import boto3

from stories import connect, error_of, show

session = boto3.Session()
identity = error_of(session.client("sts").get_caller_identity)
if "answered" in identity:
    arn = session.client("sts").get_caller_identity()["Arn"]
    show({"connects": connect(session), "is": arn})
else:
    show(identity)
