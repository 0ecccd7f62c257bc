// Creates an API, enables CORS, deploys and fetches it, with a client that protoc-gen-es generated.
//
//   client.js ADMIN DATA     host:port of the admin API and of the data plane
//
// Once over gRPC and once over gRPC-Web; ends with an exception unless every answer is right.

import assert from "node:assert/strict";
import { request, type IncomingHttpHeaders } from "node:http";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { ApiService } from "./gen/typescript/postern/admin/v1/api_pb.js";
import {
  CorsChangeKind,
  CorsForm,
  CorsService,
  CorsVerdict,
  EnableCorsRequestSchema,
} from "./gen/typescript/postern/admin/v1/cors_pb.js";
import { DeploymentService } from "./gen/typescript/postern/admin/v1/deployment_pb.js";
import { IntegrationType } from "./gen/typescript/postern/admin/v1/integration_pb.js";
import { MethodService } from "./gen/typescript/postern/admin/v1/method_pb.js";
import { ResourceService } from "./gen/typescript/postern/admin/v1/resource_pb.js";

const ORIGIN = "https://app.example.com";
const GREETING = '{"hello":"typescript"}';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One request to the stage `prod`, by the API's default host. */
function fetchGreeting(data: string, apiId: string, method: string, headers: Record<string, string>): Promise<Answer> {
  const [host, port] = data.split(":");
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host,
        port,
        method,
        path: "/prod/greeting",
        headers: { Host: `${apiId}.execute-api.localhost`, ...headers },
        timeout: 10_000,
      },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (body += chunk));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
        answer.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}

async function tour(transport: Transport, data: string, name: string): Promise<void> {
  const apis = createClient(ApiService, transport);
  const resources = createClient(ResourceService, transport);
  const methods = createClient(MethodService, transport);
  const cors = createClient(CorsService, transport);
  const deployments = createClient(DeploymentService, transport);

  await assert.rejects(
    apis.createApi({ api: { name: "" } }),
    (error: unknown) => ConnectError.from(error).code === Code.InvalidArgument,
    "an API without a name is refused",
  );

  const { api } = await apis.createApi({ api: { name } });
  assert(api);
  await resources.ensurePath({ apiId: api.id, path: "/greeting" });
  await methods.putMethod({
    apiId: api.id,
    resource: "/greeting",
    httpMethod: "GET",
    method: {
      responses: [{ statusCode: 200 }],
      integration: {
        type: IntegrationType.MOCK,
        requestTemplates: { "application/json": '{"statusCode": 200}' },
        responses: [{ statusCode: 200, responseTemplates: { "application/json": GREETING } }],
      },
    },
  });

  const enable = create(EnableCorsRequestSchema, {
    apiId: api.id,
    resource: "/greeting",
    settings: { allowOrigins: [ORIGIN] },
    requireAll: true,
    validateOnly: true,
  });
  const preview = await cors.enableCors(enable);
  enable.validateOnly = false;
  const enabled = await cors.enableCors(enable);
  assert.deepEqual(enabled.changes, preview.changes);
  assert.equal(enabled.form, CorsForm.STATIC);
  assert(enabled.changes.some((c) => c.httpMethod === "OPTIONS" && c.kind === CorsChangeKind.CREATED));

  const { deployment } = await deployments.createDeployment({ apiId: api.id, stageName: "prod" });
  assert.equal(deployment?.number, 1n);

  const preflight = await fetchGreeting(data, api.id, "OPTIONS", {
    Origin: ORIGIN,
    "Access-Control-Request-Method": "GET",
  });
  assert.equal(preflight.status, 200);
  assert.equal(preflight.headers["access-control-allow-origin"], ORIGIN);
  assert.equal(preflight.headers["access-control-allow-methods"], "GET,OPTIONS");
  const actual = await fetchGreeting(data, api.id, "GET", { Origin: ORIGIN });
  assert.equal(actual.status, 200);
  assert.equal(actual.body, GREETING);
  assert.equal(actual.headers["access-control-allow-origin"], ORIGIN);

  const explained = await cors.explainCors({
    apiId: api.id,
    stageName: "prod",
    path: "/greeting",
    origin: "https://elsewhere.example.net",
  });
  assert.equal(explained.verdict, CorsVerdict.REFUSED, "another page's origin");

  await apis.deleteApi({ apiId: api.id });
  assert.equal((await fetchGreeting(data, api.id, "GET", {})).status, 403);
}

const [admin, data] = process.argv.slice(2);
assert(admin && data, "usage: client.js ADMIN DATA");
const options = { baseUrl: `http://${admin}`, defaultTimeoutMs: 10_000 };
await tour(createGrpcTransport(options), data, "from-typescript");
await tour(createGrpcWebTransport({ ...options, httpVersion: "1.1" }), data, "from-typescript-web");
process.exit(0);
