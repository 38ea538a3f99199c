"""Stream mode with the official client: connections, events, answers, an announced end, a refused answer."""
import asyncio
import os
import threading

from common import KEYS, URL, admin, equal

os.environ['DINGTALK_OPENAPI_ENDPOINT'] = URL
import dingtalk_stream  # noqa: E402: it reads its address when it is imported

SEEN = []
ANSWER = {'code': dingtalk_stream.AckMessage.STATUS_OK}


class Handler(dingtalk_stream.EventHandler):
    async def process(self, event):
        SEEN.append(event)
        return ANSWER['code'], 'OK'


class LocalClient(dingtalk_stream.DingTalkStreamClient):
    def get_host_ip(self):
        return '127.0.0.1'


async def until(what, done):
    for _ in range(200):
        if done():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f'{what} did not come')


def state():
    return admin('stream')


def hire(name):
    return admin('acts', {'act': 'hire', 'name': name})['acted'][0]['userid']


def seen_of(userid):
    return [event for event in SEEN if userid in event.data['userId']]


def all_delivered():
    return {delivery['state']['state'] for delivery in admin('events')} == {'delivered'}


async def run():
    wrong = LocalClient(dingtalk_stream.Credential(KEYS['app_key'], 'wrong'))
    equal('a wrong secret', wrong.open_connection(), None)

    client = LocalClient(dingtalk_stream.Credential(KEYS['app_key'], KEYS['app_secret']))
    client.register_all_event_handler(Handler())
    admin('settings', {'stream_ping_ms': 200, 'retry_ms': [300, 3000], 'stream_leave_ms': 500})
    following = asyncio.create_task(client.start())
    await until('a connection', lambda: state()['connections'] == 1)
    equal('chosen', admin('stream', {})['chosen'], True)

    userid = hire('陈一 😀')
    await until('the event', lambda: seen_of(userid))
    event = seen_of(userid)[0]
    equal('type', event.headers.event_type, 'user_add_org')
    equal('corp', event.headers.event_corp_id, KEYS['corp_id'])
    equal('topic', event.headers.topic, '*')
    equal('born is a number', isinstance(event.headers.event_born_time, int), True)
    equal('one id', event.data['eventId'], event.headers.event_id)
    await until('its answer', all_delivered)

    # Longer than two pings: the client's answers keep the connection.
    await asyncio.sleep(0.6)
    equal('still open', state()['connections'], 1)

    ANSWER['code'] = dingtalk_stream.AckMessage.STATUS_SYSTEM_EXCEPTION
    userid = hire('周二')
    await until('the refused event', lambda: seen_of(userid))
    ANSWER['code'] = dingtalk_stream.AckMessage.STATUS_OK
    await until('the event once more', lambda: len(seen_of(userid)) == 2)
    await until('its answer', all_delivered)

    # It closes its connection on this announcement, and opens another one.
    admin('stream/disconnect', {})
    await asyncio.sleep(1)
    await until('the next connection', lambda: state()['connections'] == 1)
    userid = hire('吴三')
    await until('an event over the next connection', lambda: seen_of(userid))
    await until('its answer', all_delivered)
    equal('it never gave up', following.done(), False)


# The client swallows the end of its task, so that only the process ends it.
threading.Timer(60, lambda: os._exit(1)).start()
asyncio.new_event_loop().run_until_complete(run())
print('stream ok', flush=True)
os._exit(0)
