"""Work notifications: sent, watched, received, taken back."""
import time

from common import KEYS, admin, equal, old_client

client = old_client()
person = admin('world')['people'][0]['userid']
base = '/topapi/message/corpconversation/'


def send(text):
    message = {'msgtype': 'markdown', 'markdown': {'title': '工资条', 'text': text}}
    return client.post(base + 'asyncsend_v2', {'agent_id': KEYS['agent_id'], 'userid_list': person + ',nobody', 'msg': message})


def ask(name, task, key='task_id'):
    return client.post(base + name, {'agent_id': KEYS['agent_id'], key: task})


task = send('十一月的工资条')['task_id']
for _ in range(50):
    if ask('getsendprogress', task)['progress']['status'] == 2:
        break
    time.sleep(0.1)
result = ask('getsendresult', task)['send_result']
equal('unread', result['unread_user_id_list'], [person])
equal('invalid', result['invalid_user_id_list'], ['nobody'])
again = ask('getsendresult', send('十一月的工资条')['task_id'])['send_result']
equal('a duplicate', again['forbidden_list'], [{'code': '143106', 'count': 1, 'userid': person}])
inbox = admin('messages?userid=' + person)['messages']
equal('received once', [mail[2]['markdown']['text'] for mail in inbox], ['十一月的工资条'])
equal('recall', ask('recall', task, 'msg_task_id')['errcode'], 0)
equal('gone', admin('messages?userid=' + person)['messages'], [])
print('notices ok')
