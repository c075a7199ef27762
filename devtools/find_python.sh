#!/usr/bin/env bash
# Prints the first Python that is 3.11 or newer.
set -euo pipefail
for name in python3.11 python3 python; do
  if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    command -v "$name"
    exit 0
  fi
done
echo "Python 3.11 or newer is needed, and none was found." >&2
exit 1
