// Fills titles into tunebooks with the page's own code. Reads and writes JSON; the bytes of books are in base64.

import { fillTitles } from "../../service/page/book-fill.js";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const books = JSON.parse(Buffer.concat(chunks).toString());
const filled = books.map(({ book, accepted }) => {
  const bytes = new Uint8Array(Buffer.from(book, "base64"));
  return Buffer.from(fillTitles(bytes, accepted)).toString("base64");
});
process.stdout.write(JSON.stringify(filled));
