"""AWS for a program that links no client of these services: a call per line in, an answer per line out, both JSON.

In: {"service": ..., "operation": ..., "parameters": {...}}; a parameter {"file": PATH} is that file's content.
Out: {"answer": {...}} or {"code": ..., "message": ...}. Address and credentials come from the usual AWS variables.
"""

import json
import sys

import boto3
import botocore.exceptions

CLIENTS = {}


def client(service):
    if service not in CLIENTS:
        CLIENTS[service] = boto3.client(service)
    return CLIENTS[service]


def given(value):
    if isinstance(value, dict) and set(value) == {"file"}:
        with open(value["file"], "rb") as file:
            return file.read()
    return value


def plain(value):
    if hasattr(value, "read"):
        value = value.read()
    return value.decode() if isinstance(value, bytes) else str(value)


def call(ask):
    parameters = {name: given(value) for name, value in ask["parameters"].items()}
    answer = getattr(client(ask["service"]), ask["operation"])(**parameters)
    answer.pop("ResponseMetadata", None)
    return {"answer": answer}


def answer(line):
    try:
        return call(json.loads(line))
    except botocore.exceptions.ClientError as refused:
        error = refused.response["Error"]
        return {"code": error.get("Code", ""), "message": error.get("Message", "")}
    except Exception as wrong:  # whatever it is, the one who asked has to hear of it
        return {"code": type(wrong).__name__, "message": str(wrong)}


for line in sys.stdin:
    print(json.dumps(answer(line), default=plain), flush=True)
