"""A department and a person, made, changed and deleted by an independent client and read back. (The official Python SDK
speaks v1.0 only, which has no such writes: it brings the token.)"""
import json

from alibabacloud_dingtalk.oauth2_1_0 import client as oauth, models
from common import KEYS, admin, equal, official, old_client
from dingtalk.core.exceptions import DingTalkClientException

client = old_client()
request = models.GetAccessTokenRequest(app_key=KEYS['app_key'], app_secret=KEYS['app_secret'])
equal('token', client.access_token, official(oauth).get_access_token(request).body.access_token)


def call(path, **body):
    return client.post('/topapi/v2/' + path, body)


def refused(code, path, **body):
    try:
        call(path, **body)
    except DingTalkClientException as error:
        equal(path, error.errcode, code)
        return error
    raise AssertionError(f'{path} was not refused')


denied = refused(88, 'department/create', name='甲部', parent_id=1)
equal('one-click link', f"{KEYS['app_key']}%23qyapi_manage_addresslist" in denied.errmsg, True)
admin('settings', {'grant': ['qyapi_manage_addresslist']})

# Departments: numbers as text, as the official Java client sends them.
dept = call('department/create', name='  外部部门 ', parent_id='1', order='3', source_identifier='HR-9')['result']['dept_id']
read = call('department/get', dept_id=dept)['result']
equal('department', [read[k] for k in ('name', 'parent_id', 'order', 'source_identifier')], ['外部部门', 1, 3, 'HR-9'])
equal('listed', [d['name'] for d in call('department/listsub', dept_id=1)['result'] if d['dept_id'] == dept], ['外部部门'])
refused(60021, 'department/create', name='外部部门', parent_id=1)
refused(60001, 'department/create', name='a-b', parent_id=1)
refused(60004, 'department/create', name='乙部', parent_id=7)
refused(40035, 'department/create', parent_id=1)
call('department/update', dept_id=str(dept), name='改名部门', code='C-1', outer_dept='true')
read = call('department/get', dept_id=dept)['result']
equal('changed', [read[k] for k in ('name', 'order', 'code', 'outer_dept')], ['改名部门', 3, 'C-1', True])

# People, the departments as text; every list element in its real type.
made = call('user/create', userid='ext-1', name='外人', mobile='+86-19900000003', dept_id_list=f'{dept},1',
            title='顾问', job_number='X1', extension=json.dumps({'爱好': '旅游', '年龄': '24'}),
            dept_order_list=[{'dept_id': dept, 'order': 5}], hired_date='1597573616828')['result']
equal('userid', made['userid'], 'ext-1')
user = call('user/get', userid='ext-1')['result']
equal('unionId', made['unionId'], user['unionid'])
equal('person', [user[k] for k in ('name', 'mobile', 'state_code', 'title', 'job_number', 'hired_date')],
      ['外人', '19900000003', '86', '顾问', 'X1', 1597573616828])
equal('departments', user['dept_id_list'], [dept, 1])
equal('order', {'dept_id': dept, 'order': 5} in user['dept_order_list'], True)
refused(60102, 'user/create', userid='ext-1', name='某', mobile='19900000004', dept_id_list='1')
refused(60104, 'user/create', name='某', mobile='19900000003', dept_id_list='1')
refused(60103, 'user/create', name='某', mobile='12', dept_id_list='1')
refused(60003, 'user/create', name='某', mobile='19900000004', dept_id_list='9')

call('user/update', userid='ext-1', name='改名', mobile='19900000009', title='',
     extension=json.dumps({'工位': 'A1'}), ext_attrs_update_mode='1')
user = call('user/get', userid='ext-1')['result']
equal('changed', [user[k] for k in ('name', 'mobile', 'title')], ['改名', '19900000003', ''])
equal('merged', json.loads(user['extension']), {'爱好': '旅游', '年龄': '24', '工位': 'A1'})
call('user/update', userid='ext-1', extension=json.dumps({'工位': 'B2'}))
equal('wiped', json.loads(call('user/get', userid='ext-1')['result']['extension']), {'工位': 'B2'})

call('department/update', dept_id=dept, dept_manager_userid_list='ext-1')
equal('heads', call('department/get', dept_id=dept)['result']['dept_manager_userid_list'], ['ext-1'])
call('department/update', dept_id=dept, dept_manager_userid_list='')
equal('not cleared', call('department/get', dept_id=dept)['result']['dept_manager_userid_list'], ['ext-1'])
call('department/update', dept_id=dept, force_update_fields='dept_manager_userid_list')
equal('cleared', call('department/get', dept_id=dept)['result']['dept_manager_userid_list'], [])
refused(40031, 'department/update', dept_id=dept, dept_manager_userid_list='nobody')

refused(60005, 'department/delete', dept_id=dept)
call('user/delete', userid='ext-1')
refused(60121, 'user/get', userid='ext-1')
refused(60121, 'user/delete', userid='ext-1')
call('department/delete', dept_id=dept)
refused(60003, 'department/delete', dept_id=dept)
refused(60007, 'department/delete', dept_id=1)

admin('settings', {'joining': 'agree'})
refused(40103, 'user/create', userid='ext-2', name='待定', mobile='19900000005', dept_id_list='1')
refused(60121, 'user/get', userid='ext-2')
admin('acts', {'act': 'accept_invitation', 'userid': 'ext-2'})
equal('accepted', call('user/get', userid='ext-2')['result']['name'], '待定')

received = [(d['event']['kind'], d['event'].get('by_api', False)) for d in admin('events')]
for kind in ('org_dept_create', 'org_dept_modify', 'org_dept_remove', 'user_add_org', 'user_modify_org', 'user_leave_org'):
    equal(kind, (kind, True) in received, True)
print('writes ok', len(received))
