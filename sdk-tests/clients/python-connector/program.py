"""AWS's connector for Python with psycopg: single connections and its pool."""

import json
import os
import sys

import aurora_dsql_psycopg as dsql
import boto3
import clusters
import psycopg
import psycopg_pool

# [connect]
SETTINGS = {
    "host": os.environ["PGHOST"],
    "hostaddr": os.environ["PGHOSTADDR"],
    "port": os.environ["PGPORT"],
    "user": "admin",
    "sslmode": "verify-full",
    "sslrootcert": os.environ["PGSSLROOTCERT"],
}


def open_pool():
    return dsql.create_pool(
        min_size=4,
        max_size=4,
        kwargs={**SETTINGS, "autocommit": True},
        check=psycopg_pool.ConnectionPool.check_connection,
    )


# [/connect]


def connect(user="admin"):
    region = os.environ["AWS_REGION"]
    settings = {**SETTINGS, "user": user}
    return dsql.DSQLConnection.connect(**settings, region=region, autocommit=True)


def admin():
    with connect() as connection:
        user = connection.execute("SELECT current_user").fetchone()[0]
        values = connection.execute("SELECT %s::int + 1, %s::text || 'dź'", (41, "Łó")).fetchone()
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
        "next": values[0],
        "text": values[1],
        "rows": len(large),
        "sum": sum(row[0] for row in large),
        "kept": kept,
        "error": failed,
    }


def pool():
    with open_pool() as connections:
        users, sessions = users_of(connections)
        with connections.connection() as one:
            one.execute("CREATE TABLE pooled (id int PRIMARY KEY)")
            for number in (1, 2):
                one.execute("INSERT INTO pooled VALUES (%s)", (number,))
        with connections.connection() as one:
            kept = [row[0] for row in one.execute("SELECT id FROM pooled ORDER BY id")]
            name = one.execute("SELECT current_setting('application_name')").fetchone()[0]
    return {"users": users, "sessions": len(sessions), "kept": kept, "application": name}


def session():
    sts = boto3.client("sts")
    role = sts.assume_role(RoleArn=os.environ["STORY_ROLE_ARN"], RoleSessionName="story")
    os.environ["AWS_ACCESS_KEY_ID"] = role["Credentials"]["AccessKeyId"]
    os.environ["AWS_SECRET_ACCESS_KEY"] = role["Credentials"]["SecretAccessKey"]
    os.environ["AWS_SESSION_TOKEN"] = role["Credentials"]["SessionToken"]
    caller = boto3.Session().client("sts").get_caller_identity()["Arn"]
    with connect() as connection:
        user = connection.execute("SELECT current_user").fetchone()[0]
    return {"caller": caller, "user": user}


def role():
    name, caller = os.environ["STORY_DATABASE_ROLE"], os.environ["STORY_CALLER_ARN"]
    with connect() as admin:
        admin.execute(f"CREATE ROLE {name} WITH LOGIN")
        admin.execute("CREATE TABLE owned (id int PRIMARY KEY)")
        before = refusal("DbConnect", name)
        admin.execute(f"AWS IAM GRANT {name} TO '{caller}'")
        with connect(name) as connection:
            user = connection.execute("SELECT current_user").fetchone()[0]
            try:
                connection.execute("SELECT * FROM owned")
            except psycopg.Error as error:
                denied = {"sqlstate": error.sqlstate, "message": error.diag.message_primary}
        admin.execute(f"AWS IAM REVOKE {name} FROM '{caller}'")
        after = refusal("DbConnect", name)
    return {"before": before, "user": user, "denied": denied, "after": after}


def connected():
    with connect() as connection:
        return {"user": connection.execute("SELECT current_user").fetchone()[0]}


def hour():
    with open_pool() as connections:
        before, old = users_of(connections)
        print("waiting", flush=True)
        sys.stdin.readline()
        after, new = users_of(connections)
    return {"before": before, "after": after, "fresh": len(new - old)}


def users_of(connections):
    held = [connections.getconn() for _ in range(4)]
    users = [one.execute("SELECT current_user").fetchone()[0] for one in held]
    sessions = {one.info.backend_pid for one in held}
    for one in held:
        connections.putconn(one)
    return users, sessions


def refusal(action, user):
    if (action == "DbConnectAdmin") != (user == "admin"):
        return {"notOffered": "the connector takes the action from the user"}
    try:
        connect(user).close()
    except psycopg.OperationalError as error:
        return {"sqlstate": error.sqlstate, "message": str(error)}
    return {"message": "connected"}


STORIES = {
    "token": lambda: {"notOffered": "the connector takes boto3's"},
    "admin": admin,
    "pool": pool,
    "session": session,
    "role": role,
    "create": clusters.create,
    "connect": connected,
    "delete": clusters.delete,
    "hour": hour,
    "refusal": refusal,
}
print(json.dumps(STORIES[sys.argv[1]](*sys.argv[2:])))
