"""Tokens of both generations, and the errors that the official SDK has to understand."""
from common import KEYS, equal, official, old_client
from alibabacloud_dingtalk.contact_1_0 import client as contact, models as contact_models
from alibabacloud_dingtalk.oauth2_1_0 import client as oauth, models as oauth_models
from alibabacloud_tea_util import models as util
from dingtalk.core.exceptions import DingTalkClientException


def cause(call):
    """What the official SDK understood of a refusal."""
    try:
        call()
    except Exception as error:
        inner = getattr(error, 'inner_exception', None) or error
        return inner
    raise AssertionError('it was not refused')


def app_token(secret):
    request = oauth_models.GetAccessTokenRequest(app_key=KEYS['app_key'], app_secret=secret)
    return official(oauth).get_access_token(request).body


body = app_token(KEYS['app_secret'])
equal('life', body.expire_in, 7200)
old = old_client()
equal('one token for both hosts', old.access_token, body.access_token)

request = oauth_models.GetTokenRequest(
    client_id=KEYS['app_key'], client_secret=KEYS['app_secret'], grant_type='client_credentials')
equal('the corp token', official(oauth).get_token(KEYS['corp_id'], request).body.access_token, body.access_token)
equal('another corp', cause(lambda: official(oauth).get_token(KEYS['other_corp_id'], request)).code, 'unauthorized.client')

refused = cause(lambda: app_token('wrong'))
equal('a bad secret, official', (refused.code, refused.statusCode), ('invalidClientIdOrSecret', 400))
try:
    old_client('wrong').access_token
    raise AssertionError('a bad secret was accepted')
except DingTalkClientException as error:
    equal('a bad secret, independent', error.errcode, 40096)


def org(token):
    headers = contact_models.GetOrgAuthInfoHeaders(x_acs_dingtalk_access_token=token)
    request = contact_models.GetOrgAuthInfoRequest(target_corp_id=KEYS['corp_id'])
    return official(contact).get_org_auth_info_with_options(request, headers, util.RuntimeOptions()).body


denied = cause(lambda: org(body.access_token))
equal('a missing permission', denied.code, 'Forbidden.AccessDenied.AccessTokenPermissionDenied')
equal('its status', denied.statusCode, 403)
equal('its scope', denied.accessDeniedDetail, {'requiredScopes': ['Contact.Org.Read']})
equal('a bad token', cause(lambda: org('nonsense')).code, 'InvalidAuthentication')
print('tokens ok')
