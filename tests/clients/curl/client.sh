#!/usr/bin/env bash
# Creates an API, enables CORS, deploys and fetches it, with nothing but `buf curl` and the server's reflection: what
# grpcurl speaks as well.
#   client.sh ADMIN DATA     host:port of the admin API and of the data plane
set -euo pipefail
admin=$1 data=$2
origin=https://app.example.com

call() { # METHOD REQUEST
    buf curl --protocol grpc --http2-prior-knowledge --data "$2" "http://$admin/postern.admin.v1.$1"
}
field() { # EXPRESSION over the answer `a`
    python3 -c "import json, sys; a = json.load(sys.stdin); print($1)"
}
check() { # WHAT GOT EXPECTED
    [ "$2" = "$3" ] || { echo "$1: got '$2', expected '$3'" >&2; exit 1; }
}
fetch() { # VERB HEADER-OR-status, then curl's arguments
    local verb=$1 want=$2
    shift 2
    local out="%header{$want}"
    [ "$want" != status ] || out="%{http_code}"
    [ "$want" != body ] || { curl --silent --max-time 10 --request "$verb" "$@" "http://$data/prod/greeting"; return; }
    curl --silent --max-time 10 --output /dev/null --write-out "$out" --request "$verb" "$@" "http://$data/prod/greeting"
}

buf curl --protocol grpc --http2-prior-knowledge --list-methods "http://$admin" > /dev/null

if call ApiService/CreateApi '{"api": {"name": ""}}' > /dev/null 2>&1; then
    echo "an API without a name was created" >&2
    exit 1
fi

id=$(call ApiService/CreateApi '{"api": {"name": "from-curl"}}' | field 'a["api"]["id"]')
call ResourceService/EnsurePath '{"api_id": "'"$id"'", "path": "/greeting"}' > /dev/null
call MethodService/PutMethod '{
  "api_id": "'"$id"'", "resource": "/greeting", "http_method": "GET",
  "method": {
    "responses": [{"status_code": 200}],
    "integration": {
      "type": "INTEGRATION_TYPE_MOCK",
      "request_templates": {"application/json": "{\"statusCode\": 200}"},
      "responses": [{"status_code": 200, "response_templates": {"application/json": "{\"hello\":\"curl\"}"}}]
    }
  }
}' > /dev/null
form=$(call CorsService/EnableCors '{
  "api_id": "'"$id"'", "resource": "/greeting", "require_all": true, "settings": {"allow_origins": ["'"$origin"'"]}
}' | field 'a["form"]')
check "the form for one origin" "$form" CORS_FORM_STATIC
number=$(call DeploymentService/CreateDeployment '{"api_id": "'"$id"'", "stage_name": "prod"}' | field 'a["deployment"]["number"]')
check "the first deployment's number" "$number" 1

host="Host: $id.execute-api.localhost"
preflight=(-H "$host" -H "Origin: $origin" -H "Access-Control-Request-Method: GET")
check "status of the preflight" "$(fetch OPTIONS status "${preflight[@]}")" 200
check "origin of the preflight" "$(fetch OPTIONS Access-Control-Allow-Origin "${preflight[@]}")" "$origin"
check "methods of the preflight" "$(fetch OPTIONS Access-Control-Allow-Methods "${preflight[@]}")" GET,OPTIONS
check "the greeting" "$(fetch GET body -H "$host" -H "Origin: $origin")" '{"hello":"curl"}'
check "origin of the greeting" "$(fetch GET Access-Control-Allow-Origin -H "$host" -H "Origin: $origin")" "$origin"

call ApiService/DeleteApi '{"api_id": "'"$id"'"}' > /dev/null
check "status once the API is deleted" "$(fetch GET status -H "$host")" 403
