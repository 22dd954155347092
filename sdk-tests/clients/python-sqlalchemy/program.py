"""SQLAlchemy through AWS's dialect and connector."""

import json
import os
import sys

import boto3
import clusters
from aurora_dsql_sqlalchemy import create_dsql_engine
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError


def open_engine(user="admin"):
    # [connect]
    engine = create_dsql_engine(
        host=os.environ["PGHOST"],
        user=user,
        sslrootcert=os.environ["PGSSLROOTCERT"],
        connect_args={"hostaddr": os.environ["PGHOSTADDR"], "port": os.environ["PGPORT"]},
        pool_pre_ping=True,
    )
    # [/connect]
    return engine


def table(name):
    return Table(name, MetaData(), Column("id", Integer, primary_key=True, autoincrement=False))


def admin():
    story = table("story")
    engine = open_engine()
    with engine.connect() as connection:
        user = connection.scalar(text("SELECT current_user"))
        values = connection.execute(
            text("SELECT CAST(:number AS int) + 1, CAST(:text AS text) || 'dź'"),
            {"number": 41, "text": "Łó"},
        ).one()
        large = connection.execute(
            text("SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i")
        ).all()
    story.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(story).values(id=1))
    with engine.connect() as connection:
        connection.execute(insert(story).values(id=2))
        connection.rollback()
        kept = list(connection.scalars(select(story.c.id).order_by(story.c.id)))
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT * FROM no_such_table"))
    except ProgrammingError as error:
        failed = {"sqlstate": error.orig.sqlstate, "message": error.orig.diag.message_primary}
    engine.dispose()
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
    pooled = table("pooled")
    engine = open_engine()
    users, sessions = users_of(engine)
    pooled.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(pooled), [{"id": 1}, {"id": 2}])
    with engine.connect() as connection:
        kept = list(connection.scalars(select(pooled.c.id).order_by(pooled.c.id)))
        name = connection.scalar(text("SELECT current_setting('application_name')"))
    engine.dispose()
    return {"users": users, "sessions": len(sessions), "kept": kept, "application": name}


def session():
    sts = boto3.client("sts")
    role = sts.assume_role(RoleArn=os.environ["STORY_ROLE_ARN"], RoleSessionName="story")
    os.environ["AWS_ACCESS_KEY_ID"] = role["Credentials"]["AccessKeyId"]
    os.environ["AWS_SECRET_ACCESS_KEY"] = role["Credentials"]["SecretAccessKey"]
    os.environ["AWS_SESSION_TOKEN"] = role["Credentials"]["SessionToken"]
    caller = boto3.Session().client("sts").get_caller_identity()["Arn"]
    with open_engine().connect() as connection:
        user = connection.scalar(text("SELECT current_user"))
    return {"caller": caller, "user": user}


def role():
    name, caller = os.environ["STORY_DATABASE_ROLE"], os.environ["STORY_CALLER_ARN"]
    admin = open_engine().execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} WITH LOGIN"))
        table("owned").create(connection)
        before = refusal("DbConnect", name)
        connection.execute(text(f"AWS IAM GRANT {name} TO '{caller}'"))
        with open_engine(name).connect() as other:
            user = other.scalar(text("SELECT current_user"))
            try:
                other.execute(select(table("owned")))
            except ProgrammingError as error:
                denied = {
                    "sqlstate": error.orig.sqlstate,
                    "message": error.orig.diag.message_primary,
                }
        connection.execute(text(f"AWS IAM REVOKE {name} FROM '{caller}'"))
        after = refusal("DbConnect", name)
    return {"before": before, "user": user, "denied": denied, "after": after}


def connected():
    with open_engine().connect() as connection:
        return {"user": connection.scalar(text("SELECT current_user"))}


def hour():
    engine = open_engine()
    before, old = users_of(engine)
    print("waiting", flush=True)
    sys.stdin.readline()
    after, new = users_of(engine)
    return {"before": before, "after": after, "fresh": len(new - old)}


def users_of(engine):
    held = [engine.connect() for _ in range(4)]
    users, sessions = [], set()
    for one in held:
        users.append(one.scalar(text("SELECT current_user")))
        sessions.add(one.connection.dbapi_connection.info.backend_pid)
        one.rollback()
    for one in held:
        one.close()
    return users, sessions


def refusal(action, user):
    if (action == "DbConnectAdmin") != (user == "admin"):
        return {"notOffered": "the connector takes the action from the user"}
    if os.environ["AWS_REGION"] not in os.environ["PGHOST"]:
        return {"notOffered": "the connector takes the region from the host name"}
    try:
        open_engine(user).connect().close()
    except OperationalError as error:
        return {"sqlstate": error.orig.sqlstate, "message": str(error.orig)}
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
