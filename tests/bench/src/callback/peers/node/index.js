// What a user would write: dingtalk-encrypt and the AWS SDK, the client made once outside of the handler.
const { createHash } = require("node:crypto");
const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");
const DingTalkEncryptor = require("dingtalk-encrypt");

const { CALLBACK_TOKEN, CALLBACK_AES_KEY, CALLBACK_OWNER, WAKES_QUEUE_URL } = process.env;
const encryptor = new DingTalkEncryptor(CALLBACK_TOKEN, CALLBACK_AES_KEY, CALLBACK_OWNER);
const sqs = new SQSClient({});

exports.handler = async (event) => {
  const query = new URLSearchParams(event.rawQueryString);
  const { encrypt } = JSON.parse(event.body);
  let plain;
  try {
    plain = encryptor.getDecryptMsg(query.get("signature"), query.get("timestamp"), query.get("nonce"), encrypt);
  } catch {
    return { statusCode: 403, body: '{"error":"refused"}' };
  }
  const { EventType, CorpId, UserId } = JSON.parse(plain);
  for (const id of UserId ?? []) {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: WAKES_QUEUE_URL,
        MessageBody: JSON.stringify({ corp: CorpId, person: id, because: EventType }),
        MessageGroupId: `${CorpId}#${id}`,
        MessageDeduplicationId: createHash("sha256").update(query.get("signature") + id).digest("hex"),
      }),
    );
  }
  const reply = encryptor.getEncryptedMap("success", Date.now(), Math.random().toString(36).slice(2, 10));
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(reply) };
};
