import assert from "node:assert/strict";
import test from "node:test";
import { deflateSync } from "node:zlib";

import { isPacked, MOST_BYTES, MOST_CHARACTERS, pack, ShareError, unpack } from "../../service/page/share.js";

const KESH = "X:1\nT:The Kesh\nM:6/8\nK:G\n|:GAG GAB|ABA ABd|edd gdd|edB dBA:|\n";

test("a text comes out as it went in", async () => {
  for (const text of [KESH, "", "T:Ceó 🎻 ♯\r\n", "a".repeat(MOST_BYTES)]) {
    assert.equal(await unpack(await pack(text)), text);
    assert.equal(await unpack(`#${await pack(text)}`), text);
  }
});

test("a fragment needs no escaping, and the name tells what it is", async () => {
  assert.match(await pack(KESH), /^abc=[\w-]+$/);
  assert.ok(isPacked(`#${await pack(KESH)}`));
  assert.ok(!isPacked("#book"));
});

test("a link for a tune is shorter than the tune is with escapes", async () => {
  assert.ok((await pack(KESH.repeat(4))).length < encodeURIComponent(KESH.repeat(4)).length / 2);
});

test("a small fragment with a huge text is refused before it is unpacked", async () => {
  const bomb = `abc=${deflateSync(Buffer.alloc(20_000_000)).toString("base64url")}`;
  assert.ok(bomb.length < MOST_CHARACTERS);
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(unpack(bomb), /too long for a link/);
  assert.ok(process.memoryUsage().arrayBuffers - before < 10_000_000);
});

test("what is too long for a link is refused", async () => {
  let noise = "";
  for (let seed = 1; noise.length < 60_000; seed = (seed * 48271) % 2147483647) noise += seed.toString(36);
  for (const text of ["a".repeat(MOST_BYTES + 1), noise]) await assert.rejects(pack(text), ShareError);
  await assert.rejects(unpack(`abc=${"A".repeat(MOST_CHARACTERS)}`), /too long/);
});

test("a damaged fragment is refused in a sentence", async () => {
  const good = await pack(KESH);
  const notText = deflateSync(Buffer.from([0xff, 0xfe])).toString("base64url");
  for (const bad of [
    "abc=",
    "abc=!!!",
    good.slice(0, -3),
    `${good.slice(0, 20)}AAAA${good.slice(24)}`,
    `abc=${notText}`,
  ]) {
    await assert.rejects(unpack(bad), { constructor: ShareError, message: /damaged/ });
  }
});
