import assert from "node:assert/strict";
import test from "node:test";

import { encodeWav } from "../../service/page/wav.js";

test("a WAV file has its header and its samples", () => {
  const file = Buffer.from(encodeWav(new Float32Array([0, 1, -1, 0.5, 2, -2]), 16000));
  assert.equal(file.length, 44 + 12);
  assert.equal(file.toString("latin1", 0, 4), "RIFF");
  assert.equal(file.readUInt32LE(4), file.length - 8);
  assert.equal(file.toString("latin1", 8, 16), "WAVEfmt ");
  assert.deepEqual([file.readUInt16LE(20), file.readUInt16LE(22)], [1, 1]);
  assert.deepEqual([file.readUInt32LE(24), file.readUInt32LE(28)], [16000, 32000]);
  assert.deepEqual([file.readUInt16LE(32), file.readUInt16LE(34)], [2, 16]);
  assert.equal(file.toString("latin1", 36, 40), "data");
  assert.equal(file.readUInt32LE(40), 12);
  const samples = Array.from({ length: 6 }, (_, index) => file.readInt16LE(44 + 2 * index));
  assert.deepEqual(samples, [0, 32767, -32768, 16384, 32767, -32768]);
});

test("thirty seconds stay below a megabyte", () => {
  assert.ok(encodeWav(new Float32Array(30 * 16000), 16000).byteLength <= 1_000_000);
});
