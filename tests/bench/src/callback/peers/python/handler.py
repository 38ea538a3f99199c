"""What a user would write: dingtalk-sdk and boto3, the client made once outside of the handler."""

import hashlib
import json
import os
from urllib.parse import parse_qs

import boto3
from dingtalk.core.exceptions import InvalidSignatureException
from dingtalk.crypto import DingTalkCrypto

QUEUE = os.environ["WAKES_QUEUE_URL"]
CRYPTO = DingTalkCrypto(
    os.environ["CALLBACK_TOKEN"], os.environ["CALLBACK_AES_KEY"], os.environ["CALLBACK_OWNER"]
)
SQS = boto3.client("sqs")


def handle(event, _context):
    query = {name: values[0] for name, values in parse_qs(event["rawQueryString"]).items()}
    try:
        plain = CRYPTO.decrypt_message(event["body"], query["signature"], query["timestamp"], query["nonce"])
    except InvalidSignatureException:
        return {"statusCode": 403, "body": '{"error":"refused"}'}
    said = json.loads(plain)
    for person in said.get("UserId", []):
        SQS.send_message(
            QueueUrl=QUEUE,
            MessageBody=json.dumps({"corp": said["CorpId"], "person": person, "because": said["EventType"]}),
            MessageGroupId=f"{said['CorpId']}#{person}",
            MessageDeduplicationId=hashlib.sha256((query["signature"] + person).encode()).hexdigest(),
        )
    reply = CRYPTO.encrypt_message("success")
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(reply)}
