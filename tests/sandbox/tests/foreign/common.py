"""What every script starts with: the sandbox's address and keys, and both clients pointed at it."""
import json
import sys
import urllib.request

from alibabacloud_tea_openapi import models as openapi
from dingtalk import AppKeyClient

KEYS = json.loads(sys.argv[1])
URL = KEYS['url']
ENDPOINT = URL.removeprefix('http://')


class LocalClient(AppKeyClient):
    """dingtalk-sdk, kept on this machine: its TOP gateway would be called at its own address otherwise."""
    API_BASE_URL = URL + '/'

    def _handle_pre_top_request(self, params, uri):
        params, uri = super()._handle_pre_top_request(params, uri)
        return params, uri.replace('https://eco.taobao.com/', self.API_BASE_URL)


def old_client(secret=None):
    return LocalClient(KEYS['corp_id'], KEYS['app_key'], secret or KEYS['app_secret'])


def official(module):
    return module.Client(openapi.Config(protocol='http', region_id='central', endpoint=ENDPOINT))


def admin(path, body=None):
    """Calls the sandbox's administration."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + '/__sandbox/' + path, data, {'content-type': 'application/json'})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def equal(what, got, wanted):
    if got != wanted:
        raise AssertionError(f'{what}: got {got!r}, wanted {wanted!r}')
