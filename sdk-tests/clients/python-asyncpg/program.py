"""asyncpg with a token of boto3's own generator, and its own pool with a fresh token for each connection."""

import asyncio
import json
import os
import socket
import ssl
import sys

import asyncpg
import boto3
import clusters


def token(action="DbConnectAdmin", credentials=None):
    dsql = boto3.client("dsql", region_name=os.environ["AWS_REGION"], **(credentials or {}))
    make = {
        "DbConnectAdmin": dsql.generate_db_connect_admin_auth_token,
        "DbConnect": dsql.generate_db_connect_auth_token,
    }
    return make[action](os.environ["PGHOST"], os.environ["AWS_REGION"])


# [connect]
look_up = socket.getaddrinfo


def look_up_endpoint(host, *args, **kwargs):
    is_endpoint = host == os.environ["PGHOST"]
    return look_up(os.environ["PGHOSTADDR"] if is_endpoint else host, *args, **kwargs)


socket.getaddrinfo = look_up_endpoint


def settings(password, user="admin"):
    return {
        "host": os.environ["PGHOST"],
        "port": int(os.environ["PGPORT"]),
        "user": user,
        "password": password,  # a text, or a function that makes one for each connection
        "database": "postgres",
        "ssl": ssl.create_default_context(cafile=os.environ["PGSSLROOTCERT"]),
    }


async def reset(connection):
    """Of a pool: what asyncpg does by itself on release are statements that DSQL does not have."""
    await connection.execute("RESET ALL")


def open_pool():
    return asyncpg.create_pool(**settings(token), min_size=4, max_size=4, reset=reset)


# [/connect]


async def admin():
    connection = await asyncpg.connect(**settings(token()))
    user = await connection.fetchval("SELECT current_user::text")
    values = await connection.fetchrow("SELECT $1::int + 1, $2::text || 'dź'", 41, "Łó")
    large = await connection.fetch("SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i")
    await connection.execute("CREATE TABLE story (id int PRIMARY KEY)")
    async with connection.transaction():
        await connection.execute("INSERT INTO story VALUES ($1)", 1)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("INSERT INTO story VALUES ($1)", 2)
    await transaction.rollback()
    kept = [row[0] for row in await connection.fetch("SELECT id FROM story ORDER BY id")]
    try:
        await connection.execute("SELECT * FROM no_such_table")
    except asyncpg.PostgresError as error:
        failed = {"sqlstate": error.sqlstate, "message": error.message}
    await connection.close()
    return {
        "user": user,
        "next": values[0],
        "text": values[1],
        "rows": len(large),
        "sum": sum(row[0] for row in large),
        "kept": kept,
        "error": failed,
    }


async def pool():
    async with open_pool() as connections:
        users, sessions, names = await seen_by(connections)
        await connections.execute("CREATE TABLE pooled (id int PRIMARY KEY)")
        for number in (1, 2):
            await connections.execute("INSERT INTO pooled VALUES ($1)", number)
        kept = [row[0] for row in await connections.fetch("SELECT id FROM pooled ORDER BY id")]
    return {"users": users, "sessions": len(sessions), "kept": kept, "application": names.pop()}


async def hour():
    async with open_pool() as connections:
        before, old, _ = await seen_by(connections)
        print("waiting", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        after, new, _ = await seen_by(connections)
    return {"before": before, "after": after, "fresh": len(new - old)}


async def seen_by(connections):
    held = [await connections.acquire() for _ in range(4)]
    users = [await one.fetchval("SELECT current_user::text") for one in held]
    sessions = {one.get_server_pid() for one in held}
    names = {await one.fetchval("SELECT current_setting('application_name')") for one in held}
    for one in held:
        await connections.release(one)
    return users, sessions, names


async def session():
    sts = boto3.client("sts")
    role = sts.assume_role(RoleArn=os.environ["STORY_ROLE_ARN"], RoleSessionName="story")
    credentials = {
        "aws_access_key_id": role["Credentials"]["AccessKeyId"],
        "aws_secret_access_key": role["Credentials"]["SecretAccessKey"],
        "aws_session_token": role["Credentials"]["SessionToken"],
    }
    caller = boto3.client("sts", **credentials).get_caller_identity()["Arn"]
    connection = await asyncpg.connect(**settings(token(credentials=credentials)))
    user = await connection.fetchval("SELECT current_user::text")
    await connection.close()
    return {"caller": caller, "user": user}


async def role():
    name, caller = os.environ["STORY_DATABASE_ROLE"], os.environ["STORY_CALLER_ARN"]
    admin = await asyncpg.connect(**settings(token()))
    await admin.execute(f"CREATE ROLE {name} WITH LOGIN")
    await admin.execute("CREATE TABLE owned (id int PRIMARY KEY)")
    before = await refusal("DbConnect", name)
    await admin.execute(f"AWS IAM GRANT {name} TO '{caller}'")
    connection = await asyncpg.connect(**settings(token("DbConnect"), name))
    user = await connection.fetchval("SELECT current_user::text")
    try:
        await connection.fetch("SELECT * FROM owned")
    except asyncpg.PostgresError as error:
        denied = {"sqlstate": error.sqlstate, "message": error.message}
    await connection.close()
    await admin.execute(f"AWS IAM REVOKE {name} FROM '{caller}'")
    after = await refusal("DbConnect", name)
    await admin.close()
    return {"before": before, "user": user, "denied": denied, "after": after}


async def connected():
    connection = await asyncpg.connect(**settings(token()))
    user = await connection.fetchval("SELECT current_user::text")
    await connection.close()
    return {"user": user}


async def refusal(action, user):
    try:
        connection = await asyncpg.connect(**settings(token(action), user))
    except asyncpg.PostgresError as error:
        return {
            "sqlstate": error.sqlstate,
            "message": error.message,
            "detail": error.detail,
            "hint": error.hint,
        }
    await connection.close()
    return {"message": "connected"}


async def tokens():
    return {action: token(action) for action in ("DbConnect", "DbConnectAdmin")}


async def create():
    return clusters.create()


async def delete(identifier):
    return clusters.delete(identifier)


STORIES = {
    "token": tokens,
    "admin": admin,
    "pool": pool,
    "session": session,
    "role": role,
    "create": create,
    "connect": connected,
    "delete": delete,
    "hour": hour,
    "refusal": refusal,
}
print(json.dumps(asyncio.run(STORIES[sys.argv[1]](*sys.argv[2:]))))
