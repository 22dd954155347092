#!/usr/bin/env bash
# The AWS CLI for the control plane and sessions, psql for the database.
set -euo pipefail

dsql-emulator() { "$STORY_NODE" "$STORY_COMMAND" "$@"; }
psql() {
  command psql --no-psqlrc --quiet --no-align --tuples-only --field-separator=' ' -v ON_ERROR_STOP=1 "$@"
}

# [connect]
connect() {
  PGPASSWORD="$(dsql-emulator token --admin)" psql "$@"
}
# [/connect]

# Prints an object of NAME=TEXT and NAME:=JSON.
object() {
  "$STORY_PYTHON" -c '
import json, sys
answer = {}
for word in sys.argv[1:]:
    name, value = word.split("=", 1)
    answer[name.rstrip(":")] = json.loads(value) if name.endswith(":") else value
print(json.dumps(answer))' "$@"
}

connect_as() { # USER ACTION [ARGUMENT of psql…]
  local user=$1 action=$2 option=--admin
  if [ "$action" = DbConnect ]; then option=--user=somebody; fi
  shift 2
  PGUSER=$user PGPASSWORD="$(dsql-emulator token "$option" --host "$PGHOST" --region "$AWS_REGION")" psql "$@"
}

# Prints what psql wrote of a statement that fails: SQLSTATE and message.
failure() {
  local text
  text=$("$@" -v VERBOSITY=verbose 2>&1 >/dev/null) || true
  [[ $text =~ ERROR:\ +([0-9A-Z]{5}):\ ([^$'\n']*) ]]
  object "sqlstate=${BASH_REMATCH[1]}" "message=${BASH_REMATCH[2]}"
}

refusal() { # ACTION USER
  local text
  # Signed with the machine's clock, as a generator that knows of no emulator does.
  if text=$(DSQL_EMULATOR_READY_FILE=none connect_as "$2" "$1" -c "SELECT 1" 2>&1); then text=connected; fi
  object "message=$text"
}

admin() {
  local user values large kept error
  user=$(connect -c "SELECT current_user")
  values=$(connect -v number=41 -v text=Łó <<<"SELECT :number::int + 1, :'text'::text || 'dź'")
  large=$(connect -c "SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i" |
    awk '{ rows++; sum += $1 } END { printf "%d %d", rows, sum }')
  connect -c "CREATE TABLE story (id int PRIMARY KEY)"
  connect -c "BEGIN" -c "INSERT INTO story VALUES (1)" -c "COMMIT"
  connect -c "BEGIN" -c "INSERT INTO story VALUES (2)" -c "ROLLBACK"
  kept=$(connect -c "SELECT json_agg(id ORDER BY id) FROM story")
  error=$(failure connect -c "SELECT * FROM no_such_table")
  object "user=$user" "next:=${values% *}" "text=${values#* }" "rows:=${large% *}" "sum:=${large#* }" \
    "kept:=$kept" "error:=$error"
}

session() {
  local keys
  read -ra keys < <(aws sts assume-role --role-arn "$STORY_ROLE_ARN" --role-session-name story --output text \
    --query "Credentials.[AccessKeyId, SecretAccessKey, SessionToken]")
  export AWS_ACCESS_KEY_ID=${keys[0]} AWS_SECRET_ACCESS_KEY=${keys[1]} AWS_SESSION_TOKEN=${keys[2]}
  object "caller=$(aws sts get-caller-identity --query Arn --output text)" \
    "user=$(connect -c "SELECT current_user")"
}

role() {
  local role=$STORY_DATABASE_ROLE before user denied
  connect -c "CREATE ROLE $role WITH LOGIN"
  connect -c "CREATE TABLE owned (id int PRIMARY KEY)"
  before=$(refusal DbConnect "$role")
  connect -c "AWS IAM GRANT $role TO '$STORY_CALLER_ARN'"
  user=$(connect_as "$role" DbConnect -c "SELECT current_user")
  denied=$(failure connect_as "$role" DbConnect -c "SELECT * FROM owned")
  connect -c "AWS IAM REVOKE $role FROM '$STORY_CALLER_ARN'"
  object "before:=$before" "user=$user" "denied:=$denied" "after:=$(refusal DbConnect "$role")"
}

create() {
  local identifier arn listed
  read -r identifier arn < <(aws dsql create-cluster --no-deletion-protection-enabled --tags Name=story \
    --query "[identifier, arn]" --output text)
  aws dsql wait cluster-active --identifier "$identifier"
  aws dsql tag-resource --resource-arn "$arn" --tags stage=test
  listed=$(aws dsql list-clusters --query "length(clusters[?identifier=='$identifier'])")
  object "identifier=$identifier" \
    "endpoint=$(aws dsql get-cluster --identifier "$identifier" --query endpoint --output text)" \
    "status=$(aws dsql get-cluster --identifier "$identifier" --query status --output text)" \
    "isListed:=$([ "$listed" = 1 ] && echo true || echo false)" \
    "tags:=$(aws dsql list-tags-for-resource --resource-arn "$arn" --query tags --output json)"
}

delete() {
  local text
  aws dsql delete-cluster --identifier "$1" >/dev/null
  aws dsql wait cluster-not-exists --identifier "$1"
  text=$(aws dsql get-cluster --identifier "$1" 2>&1) || true
  [[ $text =~ \(([A-Za-z]+)\) ]]
  object "gone=${BASH_REMATCH[1]}"
}

case $1 in
  token) object "notOffered=version 1 generates no token" ;;
  pool | hour) object "notOffered=psql has no pool" ;;
  connect) object "user=$(PGPASSWORD="$(dsql-emulator token --admin --host "$PGHOST")" psql -c "SELECT current_user")" ;;
  *) "$@" ;;
esac
