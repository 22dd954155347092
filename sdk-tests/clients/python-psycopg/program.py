"""psycopg with a token of boto3's own generator: what an application without a connector writes."""

import json
import os
import sys

import boto3
import clusters
import psycopg


def token(action="DbConnectAdmin", credentials=None):
    dsql = boto3.client("dsql", region_name=os.environ["AWS_REGION"], **(credentials or {}))
    make = {
        "DbConnectAdmin": dsql.generate_db_connect_admin_auth_token,
        "DbConnect": dsql.generate_db_connect_auth_token,
    }
    return make[action](os.environ["PGHOST"], os.environ["AWS_REGION"])


def connect(password, user="admin"):
    # [connect]
    connection = psycopg.connect(
        host=os.environ["PGHOST"],
        hostaddr=os.environ["PGHOSTADDR"],
        port=os.environ["PGPORT"],
        user=user,
        password=password,
        dbname="postgres",
        sslmode="verify-full",
        sslrootcert=os.environ["PGSSLROOTCERT"],
    )
    # [/connect]
    connection.autocommit = True
    return connection


def admin():
    with connect(token()) as connection:
        user = connection.execute("SELECT current_user").fetchone()[0]
        following, text = connection.execute(
            "SELECT %s::int + 1, %s::text || 'dź'", (41, "Łó")
        ).fetchone()
        large = connection.execute(
            "SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i"
        ).fetchall()
        connection.execute("CREATE TABLE story (id int PRIMARY KEY)")
        with connection.transaction():
            connection.execute("INSERT INTO story VALUES (%s)", (1,))
        with connection.transaction() as transaction:
            connection.execute("INSERT INTO story VALUES (%s)", (2,))
            raise psycopg.Rollback(transaction)
        kept = [row[0] for row in connection.execute("SELECT id FROM story ORDER BY id")]
        try:
            connection.execute("SELECT * FROM no_such_table")
        except psycopg.Error as error:
            failed = {"sqlstate": error.sqlstate, "message": error.diag.message_primary}
    return {
        "user": user,
        "next": following,
        "text": text,
        "rows": len(large),
        "sum": sum(row[0] for row in large),
        "kept": kept,
        "error": failed,
    }


def session():
    sts = boto3.client("sts")
    role = sts.assume_role(RoleArn=os.environ["STORY_ROLE_ARN"], RoleSessionName="story")
    credentials = {
        "aws_access_key_id": role["Credentials"]["AccessKeyId"],
        "aws_secret_access_key": role["Credentials"]["SecretAccessKey"],
        "aws_session_token": role["Credentials"]["SessionToken"],
    }
    caller = boto3.client("sts", **credentials).get_caller_identity()["Arn"]
    with connect(token(credentials=credentials)) as connection:
        user = connection.execute("SELECT current_user").fetchone()[0]
    return {"caller": caller, "user": user}


def role():
    name, caller = os.environ["STORY_DATABASE_ROLE"], os.environ["STORY_CALLER_ARN"]
    with connect(token()) as admin:
        admin.execute(f"CREATE ROLE {name} WITH LOGIN")
        admin.execute("CREATE TABLE owned (id int PRIMARY KEY)")
        before = refusal("DbConnect", name)
        admin.execute(f"AWS IAM GRANT {name} TO '{caller}'")
        with connect(token("DbConnect"), name) as connection:
            user = connection.execute("SELECT current_user").fetchone()[0]
            try:
                connection.execute("SELECT * FROM owned")
            except psycopg.Error as error:
                denied = {"sqlstate": error.sqlstate, "message": error.diag.message_primary}
        admin.execute(f"AWS IAM REVOKE {name} FROM '{caller}'")
        after = refusal("DbConnect", name)
    return {"before": before, "user": user, "denied": denied, "after": after}


def connected():
    with connect(token()) as connection:
        return {"user": connection.execute("SELECT current_user").fetchone()[0]}


def refusal(action, user):
    try:
        connect(token(action), user).close()
    except psycopg.OperationalError as error:
        return {"sqlstate": error.sqlstate, "message": str(error)}
    return {"message": "connected"}


STORIES = {
    "token": lambda: {action: token(action) for action in ("DbConnect", "DbConnectAdmin")},
    "admin": admin,
    "pool": lambda: {"notOffered": "see python-connector"},
    "session": session,
    "role": role,
    "create": clusters.create,
    "connect": connected,
    "delete": clusters.delete,
    "hour": lambda: {"notOffered": "see python-connector"},
    "refusal": refusal,
}
print(json.dumps(STORIES[sys.argv[1]](*sys.argv[2:])))
