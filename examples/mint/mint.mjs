#!/usr/bin/env node
// Mint a token, then run a query for a tenant in one transaction.
//
// Usage: mint.mjs hmac|ed25519 KID KEY_FILE TENANT QUERY
//
// KEY_FILE holds the base64 secret of the kid (hmac), or the private key in PEM (ed25519). PGHOST,
// PGPORT and PGDATABASE say where the database is. AUTH_USER, a member of lad_auth, asks for the
// tenant's epoch; APP_USER, a member of lad_app, runs the query. Two services, in earnest: the one
// that runs queries never sees a key. Needs the package pg.
import { createHmac, createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Unlike import, require also finds packages on NODE_PATH.
const pg = createRequire(import.meta.url)("pg");

const NOBODY = "00000000-0000-0000-0000-000000000000";

const signers = {
  hmac(keyFile) {
    const secret = Buffer.from(readFileSync(keyFile, "ascii"), "base64");
    return ["v1", (message) => createHmac("sha256", secret).update(message).digest()];
  },
  ed25519(keyFile) {
    const key = createPrivateKey(readFileSync(keyFile));
    return ["v2", (message) => sign(null, Buffer.from(message), key)];
  },
};

const uuidBytes = (text) => Buffer.from(text.replaceAll("-", ""), "hex");

function mint([version, signMessage], kid, database, tenant, epoch, user = NOBODY, seconds = 60) {
  const nowUs = BigInt(Date.now()) * 1000n;
  const numbers = Buffer.alloc(24);
  numbers.writeBigInt64BE(nowUs, 0);
  numbers.writeBigInt64BE(nowUs + BigInt(seconds) * 1_000_000n, 8);
  numbers.writeBigInt64BE(BigInt(epoch), 16);
  const payload = Buffer.concat([uuidBytes(tenant), uuidBytes(user), numbers]);
  const head = `${version}.${kid}.${payload.toString("base64url")}`;
  return `${head}.${signMessage(`${database}|${head}`).toString("base64url")}`;
}

async function withClient(user, body) {
  const client = new pg.Client({ user });
  await client.connect();
  try {
    return await body(client);
  } finally {
    await client.end();
  }
}

const askEpoch = (tenant) =>
  withClient(process.env.AUTH_USER ?? "auth", async (client) => {
    const sql = "SELECT lad.tenant_epoch($1) AS epoch, current_database() AS database";
    return (await client.query(sql, [tenant])).rows[0];
  });

const runQuery = (token, query) =>
  withClient(process.env.APP_USER ?? "app", async (client) => {
    await client.query("BEGIN");
    await client.query("SELECT lad.authenticate($1)", [token]);
    const { rows } = await client.query({ text: query, rowMode: "array" });
    await client.query("COMMIT");
    return rows;
  });

const [algorithm, kid, keyFile, tenant, query] = process.argv.slice(2);
if (query === undefined || !Object.hasOwn(signers, algorithm)) {
  console.error("Usage: mint.mjs hmac|ed25519 KID KEY_FILE TENANT QUERY");
  process.exit(2);
}
try {
  const { epoch, database } = await askEpoch(tenant);
  const token = mint(signers[algorithm](keyFile), kid, database, tenant, epoch);
  for (const row of await runQuery(token, query)) console.log(row.join("|"));
} catch (error) {
  console.error(`${error.code}: ${error.message}`);
  process.exit(1);
}
