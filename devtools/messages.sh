#!/usr/bin/env bash
# Extracts each package's texts and brings its translations up to date. Usage: messages.sh PYTHON LANGUAGE PACKAGE...
set -euo pipefail
babel=("$1" -m babel.messages.frontend --quiet)
language="$2"
shift 2
mkdir -p build
for package in "$@"; do
  template="build/${package//\//.}.pot"
  ignored=('.*' '_*') # and every part with translations of its own
  for inner in "$package"/*/translations; do
    [ -d "$inner" ] && ignored+=("$(basename "$(dirname "$inner")")")
  done
  "${babel[@]}" extract -F devtools/babel.cfg -k N_ --ignore-dirs "${ignored[*]}" \
    --add-location file --no-wrap --sort-output --omit-header -o "$template" "$package"
  catalog="$package/translations/$language/LC_MESSAGES/messages.po"
  verb=(update --no-wrap --no-fuzzy-matching --ignore-pot-creation-date)
  [ -f "$catalog" ] || verb=(init)
  "${babel[@]}" "${verb[@]}" -i "$template" -d "$package/translations" -l "$language"
  echo "$catalog"
done
