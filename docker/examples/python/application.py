"""Reads orders through AWS's connector for psycopg. Nothing here knows of the emulator."""

import json
import os

import aurora_dsql_psycopg as dsql
import psycopg

HOST = os.environ["DSQL_ENDPOINT"]

with dsql.DSQLConnection.connect(host=HOST, user="reports") as reports:
    rows = reports.execute("SELECT customer, cents FROM orders ORDER BY customer").fetchall()
    print(json.dumps(rows))
    try:
        reports.execute("DELETE FROM orders")
        raise SystemExit("reports deleted orders")
    except psycopg.Error as error:
        print(json.dumps({"code": error.sqlstate, "message": error.diag.message_primary}))

# What nobody has mapped is refused, as it would be by the service.
try:
    dsql.DSQLConnection.connect(host=HOST, user="orders")
    raise SystemExit("reports became orders")
except psycopg.OperationalError as error:
    print(json.dumps({"message": str(error).splitlines()[0].split("FATAL:  ")[-1]}))
