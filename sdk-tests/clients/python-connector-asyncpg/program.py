"""AWS's connector for Python with asyncpg: single connections and its pool."""

import asyncio
import json
import os
import socket
import sys

import asyncpg
import aurora_dsql_asyncpg as dsql
import boto3
import clusters


# [connect]
look_up = socket.getaddrinfo


def look_up_endpoint(host, *args, **kwargs):
    is_endpoint = host == os.environ["PGHOST"]
    return look_up(os.environ["PGHOSTADDR"] if is_endpoint else host, *args, **kwargs)


socket.getaddrinfo = look_up_endpoint


SETTINGS = {
    "host": os.environ["PGHOST"],
    "port": int(os.environ["PGPORT"]),
    "user": "admin",
    "sslmode": "verify-full",
    "sslrootcert": os.environ["PGSSLROOTCERT"],
}


def open_pool():
    return dsql.create_pool(**SETTINGS, min_size=4, max_size=4)


# [/connect]


def connect(user="admin"):
    return dsql.connect(**{**SETTINGS, "user": user}, region=os.environ["AWS_REGION"])


async def admin():
    connection = await connect()
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
    async with await open_pool() as connections:
        users, sessions, names = await seen_by(connections)
        await connections.execute("CREATE TABLE pooled (id int PRIMARY KEY)")
        for number in (1, 2):
            await connections.execute("INSERT INTO pooled VALUES ($1)", number)
        kept = [row[0] for row in await connections.fetch("SELECT id FROM pooled ORDER BY id")]
    return {"users": users, "sessions": len(sessions), "kept": kept, "application": names.pop()}


async def hour():
    async with await open_pool() as connections:
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
    os.environ["AWS_ACCESS_KEY_ID"] = role["Credentials"]["AccessKeyId"]
    os.environ["AWS_SECRET_ACCESS_KEY"] = role["Credentials"]["SecretAccessKey"]
    os.environ["AWS_SESSION_TOKEN"] = role["Credentials"]["SessionToken"]
    caller = boto3.Session().client("sts").get_caller_identity()["Arn"]
    connection = await connect()
    user = await connection.fetchval("SELECT current_user::text")
    await connection.close()
    return {"caller": caller, "user": user}


async def role():
    name, caller = os.environ["STORY_DATABASE_ROLE"], os.environ["STORY_CALLER_ARN"]
    admin = await connect()
    await admin.execute(f"CREATE ROLE {name} WITH LOGIN")
    await admin.execute("CREATE TABLE owned (id int PRIMARY KEY)")
    before = await refusal("DbConnect", name)
    await admin.execute(f"AWS IAM GRANT {name} TO '{caller}'")
    connection = await connect(name)
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
    connection = await connect()
    user = await connection.fetchval("SELECT current_user::text")
    await connection.close()
    return {"user": user}


async def refusal(action, user):
    if (action == "DbConnectAdmin") != (user == "admin"):
        return {"notOffered": "the connector takes the action from the user"}
    try:
        connection = await connect(user)
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
    return {"notOffered": "the connector takes boto3's"}


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
