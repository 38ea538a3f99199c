//! Answers and errors in the forms of the two hosts.

use bytes::Bytes;
use serde_json::{Value, json};

/// The generation of an API path. The forms of errors differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    /// `oapi…/topapi/*`: HTTP 200; gateway errors are 88 with a `sub_code`.
    Gateway,
    /// Other paths of `oapi`: HTTP 200 and plain codes.
    Plain,
    /// `api…/v1.0/*`: HTTP status codes.
    New,
}

/// The reason of a refused call, before it takes the form of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ApiError {
    /// `errcode` as it is.
    Plain { code: i64, message: String },
    /// `errcode` 88 with `sub_code`; `tail` appears in `errmsg` only.
    Gateway {
        sub_code: String,
        sub_message: String,
        tail: String,
    },
    /// A status and a code of the new host.
    New {
        status: u16,
        code: &'static str,
        message: String,
        scopes: Option<Vec<String>>,
    },
    /// A `topapi` method that does not exist.
    UnknownMethod(String),
}

impl ApiError {
    pub(super) fn from_code(code: i64) -> Self {
        Self::Plain {
            code,
            message: error_message(code).to_owned(),
        }
    }

    pub(super) fn missing(name: &str) -> Self {
        Self::Plain {
            code: 40035,
            message: format!("缺少参数 {name}"),
        }
    }

    pub(super) fn unreadable(name: &str) -> Self {
        Self::Plain {
            code: 400_002,
            message: format!("无效的参数:{name}"),
        }
    }

    pub(super) fn gateway_error(sub_code: &str, sub_message: impl Into<String>) -> Self {
        Self::Gateway {
            sub_code: sub_code.to_owned(),
            sub_message: sub_message.into(),
            tail: String::new(),
        }
    }

    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self::New {
            status,
            code,
            message: message.into(),
            scopes: None,
        }
    }

    /// Returns the code as the log shows it: `40014`, `88/60011`, `400 InvalidAuthentication`.
    pub(super) fn logged_code(&self) -> String {
        match self {
            Self::Plain { code, .. } => code.to_string(),
            Self::Gateway { sub_code, .. } => format!("88/{sub_code}"),
            Self::New { status, code, .. } => format!("{status} {code}"),
            Self::UnknownMethod(_) => "22".into(),
        }
    }

    pub(super) fn to_response(&self, host: Host, request_id: &str) -> http::Response<Bytes> {
        let (status, body) = match self {
            Self::Plain { code, message } => {
                let mut body = json!({"errcode": code, "errmsg": message});
                // Only the gateway gives errors an id (probes P1, P2, P13 against P8).
                if host == Host::Gateway {
                    body["request_id"] = json!(request_id);
                }
                (200, body)
            }
            Self::Gateway {
                sub_code,
                sub_message,
                tail,
            } => (
                200,
                json!({
                    "errcode": 88, "sub_code": sub_code, "sub_msg": sub_message,
                    "errmsg": format!("ding talk error[subcode={sub_code},submsg={sub_message}{tail}]"),
                    "request_id": request_id,
                }),
            ),
            Self::New {
                status,
                code,
                message,
                scopes,
            } => {
                let mut body = json!({"code": code, "requestid": request_id, "message": message});
                if let Some(scopes) = scopes {
                    body["accessdenieddetail"] = json!({"requiredScopes": scopes});
                }
                (*status, body)
            }
            Self::UnknownMethod(api) => {
                let text = format!("不合法ApiName，ApiName = {api}");
                let errmsg = format!("Invalid method[submsg={text}]");
                (
                    200,
                    json!({"errcode": 22, "sub_msg": text, "errmsg": errmsg, "request_id": request_id}),
                )
            }
        };
        json_response(status, &body)
    }
}

/// Builds a successful answer of the old hosts: `errcode` 0 with these fields.
pub(super) fn success_response(
    host: Host,
    mut fields: Value,
    request_id: &str,
) -> http::Response<Bytes> {
    if host != Host::New
        && let Some(object) = fields.as_object_mut()
    {
        object.entry("errcode").or_insert(json!(0));
        object.entry("errmsg").or_insert(json!("ok"));
        if host == Host::Gateway {
            object.insert("request_id".into(), json!(request_id));
        }
    }
    json_response(200, &fields)
}

/// Builds a JSON answer.
pub(super) fn json_response(status: u16, body: &Value) -> http::Response<Bytes> {
    raw_response(status, "application/json;charset=UTF-8", body.to_string())
}

/// Builds an answer of any content type.
pub(super) fn raw_response(status: u16, content_type: &str, body: String) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::from(body));
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(value) = http::HeaderValue::from_str(content_type) {
        response
            .headers_mut()
            .insert(http::header::CONTENT_TYPE, value);
    }
    response
}

/// The text that goes with a plain code.
pub(crate) fn error_message(code: i64) -> &'static str {
    match code {
        -1 => "系统繁忙",
        404 => "请求的URI地址不存在",
        33012 => "无效的USERID",
        34004 => "无效的会话消息的类型",
        34016 => "消息体内容过长",
        40009 => "不合法的部门id",
        40014 => "不合法的access_token",
        40035 => "不合法的参数",
        40056 => "不合法的agentid",
        40068 => "不合法的偏移量",
        40069 => "不合法的分页大小",
        40089 => "不合法的corpid或corpsecret",
        40096 => "不合法的appKey或appSecret",
        40104 => "不合法的手机号码",
        41001 => "缺少access_token参数",
        41044 => "接收者数量超过限制",
        41045 => "发送全员消息的次数超过上限",
        41041 => "时间间隔超过限制",
        41100 => "时间格式错误",
        41052 => "接收者数量过多，无法查询发送结果",
        47001 => "解析JSON/XML内容错误",
        50002 => "请求的员工userid不在授权范围内",
        50004 => "请求的部门id不在授权范围内",
        12150 => "已开启智能人事职位管理，请使用智能人事调岗接口修改职位或部门",
        40011 => "不合法的排序值",
        40023 => "部门人数达到上限",
        40031 => "不合法的UserID列表",
        40063 => "不合法的分机号",
        40064 => "不合法的工作地址",
        40065 => "不合法的备注",
        40066 => "不合法的部门列表",
        40100 => "分机号已经存在",
        40103 => "该用户需要其同意才可添加，已向对方发送邀请",
        41054 => "暂时无法更换手机号，如需修改请删除用户后重试",
        60001 => "不合法的部门名称",
        60002 => "部门层级深度超过限制",
        60003 => "部门不存在",
        60004 => "父部门不存在",
        60005 => "部门下包含员工，不能删除",
        60006 => "部门下包含子部门，不能删除",
        60007 => "不能删除根部门",
        60010 => "部门存在循环关系",
        60018 => "不允许更新根部门",
        60021 => "父部门下该部门名称已存在",
        60022 => "包含敏感内容，请检查修改后重试！",
        60102 => "UserID在公司中已存在",
        60103 => "手机号码不合法",
        60104 => "手机号码在公司中已存在",
        60105 => "邮箱不合法",
        60106 => "邮箱已存在",
        60112 => "用户name不合法",
        60119 => "不合法的position",
        60121 => "找不到该用户",
        60122 => "不合法的extattr",
        60123 => "不合法的jobnumber",
        60128 => "无效的主管id",
        71006 => "回调地址已经存在",
        71007 => "回调地址不存在",
        71009 => "回调地址返回值不是加密的success",
        71011 => "不合法的回调地址",
        71012 => "回调地址无法访问",
        400_002 => "无效的参数",
        600_109 => "不合法的可见id列表",
        400_050 => "不合法的token或aes_key",
        _ => "请求失败",
    }
}
