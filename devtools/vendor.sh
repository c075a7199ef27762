#!/usr/bin/env bash
# Copies the browser files out of the npm packages that vendor/package-lock.json names, each checked against its hash.
set -euo pipefail
cd "$(dirname "$0")/../vendor"
command -v npm >/dev/null || { echo "npm is needed to refresh the vendored browser files." >&2; exit 1; }
npm ci --ignore-scripts --no-audit --no-fund
service=../authsvc/core/static/vendor
phone=../mobileapp/static/vendor
tests=../tests/journeys/vendor  # examines pages in tests, is never served
mkdir -p "$service" "$phone" "$tests"
cp node_modules/@picocss/pico/css/pico.min.css "$service/pico.min.css"
cp node_modules/qrcode-generator/dist/qrcode.mjs "$service/qrcode.mjs"
cp node_modules/swagger-ui-dist/swagger-ui.css node_modules/swagger-ui-dist/swagger-ui-bundle.js "$service/"
cp node_modules/zxcvbn/dist/zxcvbn.js "$service/zxcvbn.js"
cp node_modules/zxing-wasm/dist/iife/reader/index.js "$phone/zxing-reader.js"
cp node_modules/zxing-wasm/dist/reader/zxing_reader.wasm "$phone/zxing_reader.wasm"
cp node_modules/axe-core/axe.min.js "$tests/axe.min.js"
python3 areas.py
