// Calls the gateway through a client that openapi-typescript-codegen made of its export as Swagger 2.0, address and all.
import assert from "node:assert/strict";
import { ApiError, DefaultService, OpenAPI } from "./swagger/index";

async function main(): Promise<void> {
  const [address, id] = process.argv.slice(2);
  assert.equal(OpenAPI.BASE, address);
  const listed = await DefaultService.listPets("1");
  assert.equal(listed.length, 1);
  assert.equal(listed[0]!.name, "Rex");
  await assert.rejects(DefaultService.getPet(id!), (error: unknown) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.status, 404);
    assert.equal(error.body.message, "no such pet");
    return true;
  });
  assert.deepEqual(await DefaultService.putPet(id!, { name: "Tia", age: 4 }), { name: "Tia", age: 4 });
  assert.equal((await DefaultService.getPet(id!)).age, 4);
}

void main();
