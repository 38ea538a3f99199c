// Lambda's loop, leaner than the managed one: keep-alive, one request at a time.
const http = require("node:http");

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ agent, host, port, method, path: `/2018-06-01/runtime/${path}` }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ headers: answer.headers, text: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

(async () => {
  const { handler } = require("./index.js");
  for (;;) {
    const { headers, text } = await ask("GET", "invocation/next");
    const id = headers["lambda-runtime-aws-request-id"];
    try {
      await ask("POST", `invocation/${id}/response`, JSON.stringify(await handler(JSON.parse(text))));
    } catch (error) {
      console.error(error);
      await ask("POST", `invocation/${id}/error`, JSON.stringify({ errorMessage: String(error) }));
    }
  }
})();
