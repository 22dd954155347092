"""Django through AWS's adapter and connector."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import boto3
import clusters
import django
from django.conf import settings
from django.db import OperationalError, ProgrammingError, close_old_connections
from django.db import connection, connections, models, transaction


# [connect]
def database(user):
    return {
        "ENGINE": "aurora_dsql_django",
        "HOST": os.environ["PGHOST"],
        "PORT": os.environ["PGPORT"],
        "NAME": "postgres",
        "USER": user,
        "OPTIONS": {
            "hostaddr": os.environ["PGHOSTADDR"],
            "sslmode": "verify-full",
            "sslrootcert": os.environ["PGSSLROOTCERT"],
        },
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database("admin")}
# [/connect]

ROLE = os.environ.get("STORY_DATABASE_ROLE", "story_role")
settings.configure(DATABASES={**DATABASES, ROLE: database(ROLE)})
django.setup()


def model(name):
    meta = type("Meta", (), {"app_label": "story", "db_table": name})
    fields = {"id": models.IntegerField(primary_key=True), "__module__": __name__, "Meta": meta}
    return type(name.title(), (models.Model,), fields)


def rows(statement, values=None, of=connection):
    with of.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def failure(error):
    return {"sqlstate": error.__cause__.sqlstate, "message": error.__cause__.diag.message_primary}


def admin():
    story = model("story")
    [[user]] = rows("SELECT current_user")
    [[following, text]] = rows("SELECT %s::int + 1, %s::text || 'dź'", [41, "Łó"])
    large = rows("SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i")
    with connection.schema_editor() as editor:
        editor.create_model(story)
    with transaction.atomic():
        story.objects.create(id=1)
    with transaction.atomic():
        story.objects.create(id=2)
        transaction.set_rollback(True)
    kept = list(story.objects.order_by("id").values_list("id", flat=True))
    try:
        model("no_such_table").objects.count()
    except ProgrammingError as error:
        failed = failure(error)
        failed["message"] = failed["message"].split("\n")[0]
    return {
        "user": user,
        "next": following,
        "text": text,
        "rows": len(large),
        "sum": sum(row[0] for row in large),
        "kept": kept,
        "error": failed,
    }


def pool():
    pooled = model("pooled")
    with Threads() as threads:
        users, sessions = threads.seen()
    with connection.schema_editor() as editor:
        editor.create_model(pooled)
    pooled.objects.bulk_create([pooled(id=1), pooled(id=2)])
    kept = list(pooled.objects.order_by("id").values_list("id", flat=True))
    [[name]] = rows("SELECT current_setting('application_name')")
    return {"users": users, "sessions": len(sessions), "kept": kept, "application": name}


def hour():
    with Threads() as threads:
        before, old = threads.seen()
        print("waiting", flush=True)
        sys.stdin.readline()
        after, new = threads.seen()
    return {"before": before, "after": after, "fresh": len(new - old)}


class Threads:
    """Four threads at once, each with the connection that Django keeps for it."""

    def __enter__(self):
        self.executor = ThreadPoolExecutor(4)
        return self

    def __exit__(self, *_error):
        self.executor.shutdown()

    def seen(self):
        together = Barrier(4)

        def request():
            # What Django does at the start of a request.
            close_old_connections()
            together.wait()
            return rows("SELECT current_user, pg_backend_pid()")[0]

        seen = [one.result() for one in [self.executor.submit(request) for _ in range(4)]]
        return [user for user, _ in seen], {session for _, session in seen}


def session():
    sts = boto3.client("sts")
    role = sts.assume_role(RoleArn=os.environ["STORY_ROLE_ARN"], RoleSessionName="story")
    os.environ["AWS_ACCESS_KEY_ID"] = role["Credentials"]["AccessKeyId"]
    os.environ["AWS_SECRET_ACCESS_KEY"] = role["Credentials"]["SecretAccessKey"]
    os.environ["AWS_SESSION_TOKEN"] = role["Credentials"]["SessionToken"]
    caller = boto3.Session().client("sts").get_caller_identity()["Arn"]
    return {"caller": caller, **connected()}


def role():
    caller = os.environ["STORY_CALLER_ARN"]
    rows(f"CREATE ROLE {ROLE} WITH LOGIN")
    with connection.schema_editor() as editor:
        editor.create_model(model("owned"))
    before = refusal("DbConnect", ROLE)
    rows(f"AWS IAM GRANT {ROLE} TO '{caller}'")
    [[user]] = rows("SELECT current_user", of=connections[ROLE])
    try:
        model("owned").objects.using(ROLE).count()
    except ProgrammingError as error:
        denied = failure(error)
    connections[ROLE].close()
    rows(f"AWS IAM REVOKE {ROLE} FROM '{caller}'")
    return {"before": before, "user": user, "denied": denied, "after": refusal("DbConnect", ROLE)}


def connected():
    return {"user": rows("SELECT current_user")[0][0]}


def refusal(action, user):
    if (action == "DbConnectAdmin") != (user == "admin"):
        return {"notOffered": "the connector takes the action from the user"}
    if os.environ["AWS_REGION"] not in os.environ["PGHOST"]:
        return {"notOffered": "the connector takes the region from the host name"}
    try:
        connections["default" if user == "admin" else user].ensure_connection()
    except OperationalError as error:
        return {"message": str(error)}
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
