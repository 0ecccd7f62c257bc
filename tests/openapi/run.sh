#!/usr/bin/env bash
# Holds exports against others' tools: an OpenAPI validator has to accept them, and clients that SDK generators make of
# them, as OpenAPI and as Swagger, with and without extensions, have to reach the gateway.
#   tests/openapi/run.sh BINARY     the built `postern`
# Needs curl, node with npm, and a python3 with openapi-spec-validator and PyYAML: `bash .ci/run tools` installs them.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
here=$PWD/tests/openapi
work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null; wait "$pid" 2> /dev/null; done || true; rm -rf "$work"' EXIT

# ---- a back end and a server ----------------------------------------------------------------------------------------
python3 "$here/backend.py" > "$work/backend" &
pids+=($!)
"$binary" serve --data-dir "$work/data" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --ops-listen 127.0.0.1:0 \
    --workers 1 --allow-upstream 127.0.0.0/8 > "$work/server.log" 2> "$work/server.err" &
server=$!
pids+=("$server")
for _ in $(seq 400); do
    if grep -q '^ready ' "$work/server.log" && [ -s "$work/backend" ]; then break; fi
    kill -0 "$server" 2> /dev/null || { cat "$work/server.err" "$work/server.log" >&2; exit 1; }
    sleep 0.05
done
address() { # FACE
    sed -n 's/^ready //p' "$work/server.log" | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}
admin=$(address admin) data=$(address data)
postern() { "$binary" "$@" --admin "http://$admin"; }

# ---- APIs: a plain one whose servers are the back end, and the guides' example ---------------------------------------
sed "s/BACKEND/$(cat "$work/backend")/" "$here/pets.yaml" > "$work/pets.yaml"
postern import "$work/pets.yaml" --deploy prod > /dev/null
postern import "$here/notes.yaml" > /dev/null
postern import "$here/guarded.yaml" --fail-on-warnings > /dev/null
postern domain bind '*' pets prod --base-path prod > /dev/null

passed=0 failed=0
run() { # NAME COMMAND...
    local name=$1
    shift
    if ("$@"); then
        echo "  $name: right"
        passed=$((passed + 1))
    else
        echo "  $name: FAILED"
        failed=$((failed + 1))
    fi
}

# ---- every form of export is a document ------------------------------------------------------------------------------
for api in pets notes guarded; do
    for format in oas30 swagger; do
        for extensions in apigateway none; do
            file=$work/$api-$format-$extensions
            postern export "$api" --format "$format" --extensions "$extensions" --file "$file.json" > /dev/null
            postern export "$api" --format "$format" --extensions "$extensions" --yaml --file "$file.yaml" > /dev/null
        done
    done
done
run "openapi-spec-validator accepts every export" python3 "$here/validate.py" "$work"/*-*-*.json "$work"/*-*-*.yaml

# ---- clients made of exports call the gateway -------------------------------------------------------------------------
typescript=$work/typescript
mkdir "$typescript"
cp "$here/typescript/"*.json "$here/typescript/"*.ts "$typescript"
(cd "$typescript" && npm ci --silent)
for extensions in none apigateway; do
    postern export pets --stage prod --extensions "$extensions" --base-url "http://$data/prod" \
        --file "$work/client-$extensions.json" > /dev/null
    postern export pets --stage prod --format swagger --extensions "$extensions" --base-url "http://$data/prod" \
        --file "$work/swagger-$extensions.json" > /dev/null
done
for extensions in none apigateway; do
    made() {
        cd "$typescript" && rm -rf build api.d.ts && npx --no-install openapi-typescript "$1" --output api.d.ts > /dev/null \
            && npx --no-install tsc && node build/client.js "$1" "a-$extensions"
    }
    run "OpenAPI, extensions $extensions: the client of openapi-typescript and openapi-fetch" \
        made "$work/client-$extensions.json"
    made() {
        cd "$typescript" && rm -rf build swagger \
            && npx --no-install openapi --input "$1" --output swagger --client fetch \
            && npx --no-install tsc --project tsconfig.swagger.json \
            && echo '{"type": "commonjs"}' > build/swagger/package.json && node build/swagger/swagger.js "http://$data/prod" "b-$extensions"
    }
    run "Swagger, extensions $extensions: the client of openapi-typescript-codegen" \
        made "$work/swagger-$extensions.json"
done

if [ "$failed" -gt 0 ]; then
    echo "the server's log:"
    tail -n 40 "$work/server.err"
fi
echo "openapi: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
