// Calls the gateway through a client that is made of its export; its types are those that openapi-typescript wrote.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const document = JSON.parse(readFileSync(process.argv[2]!, "utf8"));
const server = document.servers[0];
const baseUrl = server.url.replace("{basePath}", server.variables.basePath.default);
const client = createClient<paths>({ baseUrl });

const listed = await client.GET("/pets", { params: { query: { limit: "1" } } });
assert.equal(listed.response.status, 200);
assert.equal(listed.data![0]!.name, "Rex");

// One that no other run has put.
const path = { petId: process.argv[3]! };
const missing = await client.GET("/pets/{petId}", { params: { path } });
assert.equal(missing.response.status, 404);
assert.equal(missing.error!.message, "no such pet");

const put = await client.PUT("/pets/{petId}", { params: { path }, body: { name: "Tom", age: 2 } });
assert.deepEqual(put.data, { name: "Tom", age: 2 });
const got = await client.GET("/pets/{petId}", { params: { path } });
assert.equal(got.data!.age, 2);
