// Creates an API, enables CORS on it and deploys it.
//
//   npm start -- ADMIN     URL of the admin API

import { ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ApiService } from "./gen/typescript/postern/admin/v1/api_pb.js";
import { CorsService } from "./gen/typescript/postern/admin/v1/cors_pb.js";
import { DeploymentService } from "./gen/typescript/postern/admin/v1/deployment_pb.js";
import { IntegrationType } from "./gen/typescript/postern/admin/v1/integration_pb.js";
import { MethodService } from "./gen/typescript/postern/admin/v1/method_pb.js";
import { ResourceService } from "./gen/typescript/postern/admin/v1/resource_pb.js";

const transport = createGrpcTransport({ baseUrl: process.argv[2] ?? "http://127.0.0.1:9901" });
const apis = createClient(ApiService, transport);

const { api } = await apis.createApi({ api: { name: "typescript example" } });
const apiId = api!.id;
console.log(`created the API ${apiId}`);

await createClient(ResourceService, transport).ensurePath({ apiId, path: "/hello" });

// A method that the gateway answers by itself.
await createClient(MethodService, transport).putMethod({
  apiId,
  resource: "/hello",
  httpMethod: "GET",
  method: {
    responses: [{ statusCode: 200 }],
    integration: {
      type: IntegrationType.MOCK,
      requestTemplates: { "application/json": '{"statusCode": 200}' },
      responses: [{ statusCode: 200, responseTemplates: { "application/json": '{"hello":"world"}' } }],
    },
  },
});

// First the list of changes, then the changes.
const cors = createClient(CorsService, transport);
const enable = { apiId, resource: "/hello", settings: { allowOrigins: ["https://app.example.com"] } };
for (const change of (await cors.enableCors({ ...enable, validateOnly: true })).changes) {
  console.log(`  would change ${change.path} ${change.httpMethod}: ${change.subject} = ${change.newValue ?? ""}`);
}
await cors.enableCors(enable);

const { deployment } = await createClient(DeploymentService, transport).createDeployment({ apiId, stageName: "prod" });
console.log(`deployed number ${deployment!.number}; it answers at`);
console.log(`  curl -H 'Host: ${apiId}.execute-api.localhost' http://127.0.0.1:8080/prod/hello`);

// What a refusal looks like.
try {
  await apis.createApi({ api: {} });
} catch (error) {
  console.log(`an API without a name is refused: ${ConnectError.from(error).message}`);
}

await apis.deleteApi({ apiId });
