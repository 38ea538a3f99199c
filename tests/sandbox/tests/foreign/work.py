"""Attendance, leave and approvals, as the official SDK and an independent client parse them, against what the sandbox holds."""
import json

from alibabacloud_dingtalk.attendance_1_0 import client as attendance, models as attendance_models
from alibabacloud_dingtalk.workflow_1_0 import client as workflow, models as workflow_models
from alibabacloud_tea_util import models as util
from common import KEYS, equal, official, old_client

with open(KEYS['month'], encoding='utf-8') as file:
    book = json.load(file)
old = old_client()
token = old.access_token
boss = book['attendance_admins'][0]
people = sorted(book['plans'])[:50]
EIGHTH, FOURTEENTH = 1791388800000, 1791907200000
week = {f'2026-10-{day:02}' for day in range(8, 15)}


def new(module, models, call, headers, *request):
    return getattr(official(module), call + '_with_options')(
        *request, getattr(models, headers)(x_acs_dingtalk_access_token=token), util.RuntimeOptions()).body.result


planned = {plan['plan_id']: (userid, plan) for userid in people for plan in book['plans'][userid] if plan['work_date'] in week}
results, offset = {}, 0
while True:
    page = old.post('/attendance/list', {
        'workDateFrom': '2026-10-08 00:00:00', 'workDateTo': '2026-10-14 00:00:00', 'userIdList': people,
        'offset': offset, 'limit': 50})
    results.update({row['planId']: row for row in page['recordresult']})
    offset += 50
    if not page['hasMore']:
        break
equal('results', sorted(results), sorted(number for number, (_, plan) in planned.items() if plan['outcome']))
for number, row in results.items():
    userid, plan = planned[number]
    wanted = (userid, plan['side'], plan['planned_at'], plan['outcome']['punched_at'], plan['outcome']['time_result'],
              plan['outcome']['instance_id'])
    got = (row['userId'], row['checkType'], row['baseCheckTime'], row.get('userCheckTime'), row['timeResult'], row.get('procInstId'))
    equal('a result', got, wanted)

records = old.post('/attendance/listRecord', {
    'userIds': people, 'checkDateFrom': '2026-10-08 00:00:00', 'checkDateTo': '2026-10-14 23:59:59'})['recordresult']
wanted = [punch['id'] for userid in people for punch in book['punches'][userid] if EIGHTH <= punch['at'] < FOURTEENTH + 86400000]
equal('punches', sorted(row['id'] for row in records), sorted(wanted))

schedules = old.post('/topapi/attendance/schedule/listbyusers', {
    'op_user_id': boss, 'userids': ','.join(people), 'from_date_time': EIGHTH, 'to_date_time': FOURTEENTH})['result']
equal('schedules', sorted((row['id'], row['shift_id'], row['is_rest']) for row in schedules),
      sorted((number, plan['shift_id'], 'N' if plan['side'] else 'Y') for number, (_, plan) in planned.items()))

shifts = old.post('/topapi/attendance/shift/list', {'op_user_id': boss, 'cursor': 0})['result']['result']
equal('shifts', {str(row['id']): row['name'] for row in shifts}, {key: one['name'] for key, one in book['shifts'].items()})
for row in shifts:
    full = old.post('/topapi/attendance/shift/query', {'op_user_id': boss, 'shift_id': row['id']})['result']
    minutes = [[int(p['check_time'][11:13]) * 60 + int(p['check_time'][14:16]) + 1440 * p['across'] for p in s['punches']]
               for s in full['sections']]
    equal('sections', minutes, book['shifts'][str(row['id'])]['sections'])
groups = old.post('/topapi/attendance/group/minimalism/list', {'op_user_id': boss, 'cursor': 0})['result']['result']
for row in groups:
    full = old.post('/topapi/attendance/group/query', {'op_user_id': boss, 'group_id': row['id']})['result']
    equal('members', full['member_count'], len(book['groups'][str(row['id'])]['members']))

types = old.post('/topapi/attendance/vacation/type/list', {'op_userid': boss, 'vacation_source': 'all'})['result']
equal('kinds of leave', [(row['leave_code'], row['leave_name']) for row in types],
      [(one['code'], one['name']) for one in book['leave_types']])
quotas = old.post('/topapi/attendance/vacation/quota/list', {
    'op_userid': boss, 'leave_code': 'lt-annual', 'userids': ','.join(people), 'offset': 0, 'size': 50})['result']['leave_quotas']
equal('balances', sorted((row['userid'], row['used_num_per_day']) for row in quotas),
      sorted((one['userid'], one['used']) for one in book['quotas'] if one['userid'] in people))

holidays = new(attendance, attendance_models, 'get_user_holidays', 'GetUserHolidaysHeaders', attendance_models.GetUserHolidaysRequest(
    user_ids=people[:1], work_date_from=1790784000000, work_date_to=1793376000000))
equal('special days', [day.holiday_type for day in holidays[0].holidays],
      [one['kind'] for _, one in sorted(book['holidays'].items())])
taken = new(attendance, attendance_models, 'get_leave_records', 'GetLeaveRecordsHeaders', attendance_models.GetLeaveRecordsRequest(
    op_user_id=boss, leave_code='lt-annual', user_ids=people, page_number=0, page_size=200)).leave_records
wanted = [key for key, one in book['instances'].items() if one['originator'] in people and one['action'] != 'REVOKE'
          and any('"年假"' in value.get('value', '') for value in one['values'])]
equal('records of leave', sorted(row.record_id for row in taken), sorted(wanted))

visible = new(workflow, workflow_models, 'list_user_visible_bpms_processes', 'ListUserVisibleBpmsProcessesHeaders',
              workflow_models.ListUserVisibleBpmsProcessesRequest(max_results=100, next_token=0))
equal('templates', [row.process_code for row in visible.process_list], [one['process_code'] for one in book['templates']])
managed = new(workflow, workflow_models, 'get_manage_process_by_staff_id', 'GetManageProcessByStaffIdHeaders',
              workflow_models.GetManageProcessByStaffIdRequest(user_id=boss))
equal('what they mean', [row.attendance_type for row in managed], [one['attendance_type'] for one in book['templates']])
seen = []
for template in book['templates']:
    next_token = 0
    while next_token is not None:
        page = new(workflow, workflow_models, 'list_process_instance_ids', 'ListProcessInstanceIdsHeaders',
                   workflow_models.ListProcessInstanceIdsRequest(
                       process_code=template['process_code'], start_time=1788192000000, end_time=1794000000000,
                       next_token=next_token, max_results=20))
        seen += page.list
        next_token = page.next_token and int(page.next_token)
equal('instances', sorted(seen), sorted(book['instances']))
changed = [key for key, one in book['instances'].items() if one['action'] != 'NONE']
for key in changed + seen[:20]:
    one = book['instances'][key]
    row = new(workflow, workflow_models, 'get_process_instance', 'GetProcessInstanceHeaders',
              workflow_models.GetProcessInstanceRequest(process_instance_id=key))
    equal('an instance', (row.originator_user_id, row.status, row.result or '', row.biz_action, row.main_process_instance_id),
          (one['originator'], one['status'], one['result'], one['action'], one['main']))
    equal('a form', [(value.name, value.value, value.ext_value) for value in row.form_component_values],
          [(value['name'], value['value'], value.get('extValue')) for value in one['values']])
print('work ok', len(results), len(seen))
