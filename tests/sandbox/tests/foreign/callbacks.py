"""The receiver of callbacks: the independent client's cryptography opens our pushes and seals the replies."""
import http.server
import json
import queue
import threading
import urllib.error
import urllib.parse

from common import KEYS, admin, equal
from dingtalk.crypto import DingTalkCrypto

TOKEN = 'foreign0token'
AES_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
SEEN = queue.Queue()
REPLY = {'text': 'success'}
OWNER = {'key': KEYS['app_key']}


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        equal('both names of the signature', query['signature'], query['msg_signature'])
        equal('our own parameter', query['mine'], 'kept')
        body = self.rfile.read(int(self.headers['content-length']))
        crypto = DingTalkCrypto(TOKEN, AES_KEY, OWNER['key'])
        SEEN.put(json.loads(crypto.decrypt_message(body, query['signature'], query['timestamp'], query['nonce'])))
        reply = json.dumps(crypto.encrypt_message(REPLY['text'])).encode()
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
keys = {'url': f'http://127.0.0.1:{server.server_port}/cb?mine=kept', 'token': TOKEN, 'aes_key': AES_KEY}

REPLY['text'] = 'nonsense'
try:
    admin('subscription', keys)
    raise AssertionError('a wrong reply was accepted')
except urllib.error.HTTPError as error:
    equal('a wrong reply', error.code, 400)
REPLY['text'] = 'success'
equal('saved', admin('subscription', keys)['saved'], True)
for _ in range(2):
    equal('the check', SEEN.get(timeout=10), {'EventType': 'check_url'})

NAMES = ['陈一', '𠮷野 😀', 'Zoë O’Neil', '买买提·艾力']
for owner, dialect in (('app_key', 'captured'), ('app_key', 'documented'), ('corp_id', 'stream'), ('corp_id', 'rotating')):
    OWNER['key'] = KEYS[owner]
    admin('settings', {'owner': owner, 'dialect': dialect})
    acted = admin('acts', [{'act': 'hire', 'name': name} for name in NAMES])['acted']
    received = []
    for _ in NAMES:
        event = {key.lower(): value for key, value in SEEN.get(timeout=10).items()}
        equal('type', event['eventtype'], 'user_add_org')
        received += event['userid']
    equal('every event names its person', sorted(received), sorted(one['userid'] for one in acted))

for _ in range(100):
    states = [delivery['state']['state'] for delivery in admin('events')]
    if set(states) == {'delivered'}:
        break
    threading.Event().wait(0.05)
equal('all replies were opened', set(states), {'delivered'})
print('callbacks ok')
