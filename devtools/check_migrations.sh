#!/usr/bin/env bash
# Fails when the tables in code and the migrations differ. Usage: check_migrations.sh PYTHON
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export AUTHSVC_ENV=dev AUTHSVC_DATABASE_URL="sqlite:///$folder/drift.db"
if ! "$1" -m flask --app wsgi db check >"$folder/log" 2>&1; then
  cat "$folder/log"
  exit 1
fi
echo "Migrations match the tables."
