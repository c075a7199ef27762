#!/usr/bin/env bash
# Sees to what the tests need besides Python: a browser, Chinese glyphs, a second OTP generator, a QR reader, a software
# token, a PC/SC daemon with a virtual reader, and what builds the packages that speak to those two.
set -euo pipefail
install="apt-get install -y --no-install-recommends chromium chromium-headless-shell fonts-noto-cjk oathtool zbar-tools softhsm2 pcscd vsmartcard-vpcd gcc libc6-dev libpcsclite-dev swig"
missing=()
bin=${UV_PROJECT_ENVIRONMENT:-.venv}
PATH="$PATH:/usr/sbin"
for program in chromium chromium-headless-shell oathtool zbarimg softhsm2-util pcscd gcc swig; do
  command -v "$program" >/dev/null || missing+=("$program")
done
{ command -v fc-list >/dev/null && fc-list :lang=zh-tw family | grep -q .; } || missing+=("a font with Chinese")
[ -e /usr/lib/pcsc/drivers/serial/libifdvpcd.so ] || missing+=("the virtual reader vpcd")
[ -e /usr/include/PCSC/winscard.h ] || missing+=("the headers of pcsc-lite")
headers='import sysconfig; open(sysconfig.get_paths()["include"] + "/Python.h").close()'
if ! "$bin/bin/python" -c "$headers" 2>/dev/null; then
  missing+=("the headers of Python")
  install+=" python3-dev"
fi

# The service needs neither of these packages, so that they are no part of what `make setup` installs.
add_card_packages() {
  "$bin/bin/python" -c 'import pkcs11, smartcard.scard' 2>/dev/null \
    || "$bin/uv/bin/uv" sync --frozen --quiet --inexact --extra card
}

if [ ${#missing[@]} -eq 0 ]; then
  add_card_packages
  exit 0
fi

printf 'The tests need: %s\n' "$(IFS=,; echo "${missing[*]}")" >&2
if ! command -v apt-get >/dev/null; then
  echo "Install chromium, its headless shell, a Noto CJK font, oathtool, zbar-tools, SoftHSM 2, pcscd, vpcd of vsmartcard, gcc, swig and pcsc-lite's headers with this system's package manager." >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "Run once: sudo sh -c 'apt-get update && $install'" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
$install
add_card_packages
