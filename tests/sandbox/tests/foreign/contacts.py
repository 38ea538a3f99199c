"""Everybody and every department, as an independent client parses them, against the sandbox's truth."""
from common import admin, equal, old_client
from dingtalk.core.exceptions import DingTalkClientException

truth = admin('world')
client = old_client()
people, departments, queue = {}, {1: None}, [1]
while queue:
    dept = queue.pop()
    for child in client.post('/topapi/v2/department/listsub', {'dept_id': dept})['result']:
        equal('parent', child['parent_id'], dept)
        departments[child['dept_id']] = child['name']
        queue.append(child['dept_id'])
    cursor = 0
    while True:
        page = client.post('/topapi/v2/user/list', {'dept_id': str(dept), 'cursor': str(cursor), 'size': '20'})['result']
        for row in page['list']:
            people[row['userid']] = row
        if not page['has_more']:
            break
        cursor = page['next_cursor']

equal('departments', sorted(departments), sorted(d['dept_id'] for d in truth['departments']))
equal('people', sorted(people), sorted(p['userid'] for p in truth['people']))
for person in truth['people']:
    row = people[person['userid']]
    for field in ('name', 'unionid', 'mobile', 'state_code', 'title', 'job_number', 'email', 'telephone', 'hide_mobile'):
        equal(field, row[field], person[field])
    for field in ('org_email', 'work_place', 'remark', 'extension', 'hired_date'):
        equal(field, row.get(field), person.get(field))
    equal('departments', row['dept_id_list'], [m['dept_id'] for m in person['departments']])

for person in truth['people'][:10]:
    user = client.post('/topapi/v2/user/get', {'userid': person['userid']})['result']
    equal('manager', user.get('manager_userid'), person.get('manager_userid'))
    equal('leads', user['leader_in_dept'], [{'dept_id': m['dept_id'], 'leader': m['leader']} for m in person['departments']])
    legacy = client.user.get(person['userid'])
    equal('legacy', (legacy['name'], legacy['mobile'], legacy['position']), (person['name'], person['mobile'], person['title']))
    equal('by mobile', client.post('/topapi/v2/user/getbymobile', {'mobile': person['mobile']})['result']['userid']
          if person['active'] else person['userid'], person['userid'])

for department in truth['departments']:
    full = client.post('/topapi/v2/department/get', {'dept_id': department['dept_id']})['result']
    for field in ('name', 'parent_id', 'order', 'source_identifier', 'code'):
        equal(field, full.get(field), department.get(field))
    equal('heads', full['dept_manager_userid_list'], department['heads'])
equal('legacy ids', sorted(client.department.list_ids(1)), sorted(d['dept_id'] for d in truth['departments'] if d.get('parent_id') == 1))
equal('scope', client.user.auth_scopes()['auth_org_scopes']['authed_dept'], [1])
try:
    client.user.get('nobody')
    raise AssertionError('a person who does not exist was found')
except DingTalkClientException as error:
    equal('nobody', error.errcode, 60121)
print('contacts ok', len(people))
