#!/usr/bin/env bash
# Public test suites of the FBP Network Protocol, and gates of our own, against a real `millstream serve`.
#
#   bash tests/conformance/run.sh target/debug/millstream
#
# Needs node and npm; the packages go into a temporary folder that is removed at the end.
#
#   MILLSTREAM_NPM_DIR=DIR   a folder that has the packages already (or keeps them for the next run)
set -euo pipefail

millstream=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=(fbp-protocol@0.9.8 fbp-spec@0.8.0 fbp-protocol-healthcheck@1.1.0)
secret=control-$RANDOM$RANDOM
inspect=inspect-$RANDOM$RANDOM

work=$(mktemp -d)
server=
finish() {
    local code=$?
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    [[ -z $server ]] || wait "$server" 2>/dev/null || true
    ((code == 0)) || { echo "the server said:"; cat "$work/server.log" 2>/dev/null || true; } >&2
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT

modules=${MILLSTREAM_NPM_DIR:-$work}
mkdir -p "$modules"
cd "$modules"
if [[ ! -d node_modules/fbp-protocol ]]; then
    [[ -f package.json ]] || npm init -y >/dev/null 2>&1
    npm install --ignore-scripts --no-fund --no-audit --loglevel=error "${packages[@]}" >/dev/null
fi

# serve <arguments...>: starts a server on a free port and waits for the line with its address.
serve() {
    mkfifo "$work/address"
    "$millstream" serve "$@" --listen 127.0.0.1:0 >"$work/address" 2>"$work/server.log" &
    server=$!
    read -r address <"$work/address"
    rm "$work/address"
    port=${address##*:}
}

end_server() {
    kill -INT "$server"
    local code=0
    wait "$server" || code=$?
    server=
    ((code == 130)) || { echo "the server ended with $code, not with 130 as after Ctrl-C" >&2; return 1; }
}

# refused <command...>: the command must fail.
refused() {
    if "$@" >"$work/refused.log" 2>&1; then
        echo "this had to fail and did not: $*" >&2
        cat "$work/refused.log" >&2
        return 1
    fi
}

mkdir "$work/served"
printf '%s\n%s\n' "$secret" "$inspect" >"$work/secret"
serve "$work/served" --secret-file "$work/secret"

echo "--- fbp-protocol: the conformance suite"
npx fbp-init --name Millstream --host 127.0.0.1 --port "$port" --collection core --version 0.7 >/dev/null
FBP_PROTOCOL_SECRET=$secret npx fbp-test --reporter dot | tee "$work/suite.log"
grep -q ' 22 passing' "$work/suite.log" || { echo "the suite has 22 tests, and not all of them passed" >&2; exit 1; }

echo "--- schema gate: every command, every answer"
cp "$here/gate.js" .
node gate.js "$address" "$secret" "$inspect"
"$millstream" check "$work/served/Double.ron" "$work/served/Quad.ron" >/dev/null
grep -qF 'Connector(from: "a.out", to: "b.in"' "$work/served/gate.ron" || { echo "the edge was not saved" >&2; exit 1; }

echo "--- fbp-spec: suites that must pass, and suites that must not"
for suite in component graph; do
    npx fbp-spec --address "$address" --secret "$secret" "$here/$suite.yaml"
done
for suite in failing-component failing-graph; do
    refused npx fbp-spec --address "$address" --secret "$secret" "$here/$suite.yaml"
    grep -q '✗' "$work/refused.log" || { echo "$suite failed for another reason:"; cat "$work/refused.log"; exit 1; } >&2
done
refused npx fbp-spec --address "$address" --secret "not $secret" "$here/component.yaml"
if grep -qF -e "$secret" -e "$inspect" "$work/server.log"; then
    echo "a secret is in the log" >&2
    exit 1
fi
end_server

echo "--- fbp-protocol-healthcheck: a server without a secret"
serve "$work/served"
npx fbp-protocol-healthcheck "$address"
end_server
