// Run by check_test.ts inside a network namespace: makes one TCP_CHECK and one HTTP_GET of the
// address given and prints the two outcomes as one JSON array.

import { checkHttp } from "../../host/check/http.ts";
import { checkTcp } from "../../host/check/tcp.ts";
import type { Endpoint } from "../../host/engine/contract.ts";

const [address = "", timeoutMs = "300"] = Deno.args;
const target: Endpoint = { family: address.includes(":") ? "INET6" : "INET", address, port: 80 };
const connectTimeoutUs = Number(timeoutMs) * 1000;
const { signal } = new AbortController();
const tcp = await checkTcp({ kind: "TCP_CHECK", target, connectTimeoutUs }, signal);
const http = await checkHttp({
  kind: "HTTP_GET",
  target,
  connectTimeoutUs,
  path: "/",
  host: address,
  sni: null,
  digest: false,
}, signal);
console.log(JSON.stringify([tcp, http]));
