// Calls functions of the page's modules. Reads {module, function, calls} and writes the results, both as JSON. Bytes are
// {"base64": ...} in both.

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const asked = JSON.parse(Buffer.concat(chunks).toString(), (_, value) =>
  typeof value?.base64 === "string" ? new Uint8Array(Buffer.from(value.base64, "base64")) : value,
);
const called = (await import(`../../service/page/${asked.module}`))[asked.function];
const results = asked.calls.map((call) => {
  try {
    return { result: called(...call) };
  } catch (error) {
    return { error: error.message };
  }
});
process.stdout.write(
  JSON.stringify(results, (_, value) =>
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString("base64") } : value,
  ),
);
