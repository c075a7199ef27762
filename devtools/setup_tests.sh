#!/usr/bin/env bash
# Sees to what the tests need besides Python: a browser, Chinese glyphs, a second OTP generator, a QR reader.
set -euo pipefail
install="apt-get install -y --no-install-recommends chromium chromium-headless-shell fonts-noto-cjk oathtool zbar-tools"
missing=()
for program in chromium chromium-headless-shell oathtool zbarimg; do
  command -v "$program" >/dev/null || missing+=("$program")
done
{ command -v fc-list >/dev/null && fc-list :lang=zh-tw family | grep -q .; } || missing+=("a font with Chinese")
[ ${#missing[@]} -eq 0 ] && exit 0

printf 'The tests need: %s\n' "$(IFS=,; echo "${missing[*]}")" >&2
if ! command -v apt-get >/dev/null; then
  echo "Install chromium, its headless shell, a Noto CJK font, oathtool and zbar-tools with this system's package manager." >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "Run once: sudo sh -c 'apt-get update && $install'" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
$install
