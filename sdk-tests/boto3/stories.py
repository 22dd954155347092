"""What the stories share: tokens of AWS's own signer, database sessions of psycopg, errors as data."""

import json
import os

import boto3
import psycopg
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"


def document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


CONNECT = document(Effect="Allow", Action="dsql:DbConnectAdmin", Resource="*")
NO_CONNECT = document(Effect="Deny", Action="dsql:*", Resource="*")


def connect(session):
    """Who is connected with the credentials of this session, or the text of the error."""
    token = session.client("dsql").generate_db_connect_admin_auth_token(
        Hostname=os.environ["PGHOST"], Region=os.environ["AWS_REGION"]
    )
    try:
        with psycopg.connect(password=token) as connection:
            return connection.execute("SELECT current_user").fetchone()[0]
    except psycopg.OperationalError as error:
        return {"type": type(error).__name__, "sqlstate": error.sqlstate, "text": str(error)}


def session_of(credentials):
    """A session of the credentials that an operation of STS gives."""
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
    )


def error_of(operation, **parameters):
    """The class, code, status and message of a refusal."""
    try:
        return {"answered": str(operation(**parameters))}
    except ClientError as error:
        return {
            "type": type(error).__name__,
            "code": error.response["Error"]["Code"],
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "message": error.response["Error"]["Message"],
        }


def show(answer):
    print(json.dumps(answer))
