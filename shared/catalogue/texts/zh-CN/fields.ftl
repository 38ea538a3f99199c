# 字段、两边和记录种类的名称。`.inside` 是句中的写法：\uE000 在两个字之间变成空格。

## 字段

field-name = 姓名
field-department-name = 部门名称
field-mobile = 手机号
field-email = 邮箱
field-org-email = 企业邮箱
field-telephone = 分机号
field-job-number = 工号
field-title = 职位
field-work-place = 办公地点
field-remark = 备注
field-hired-on = 入职日期
field-extension = 自定义字段
field-departments = 部门
field-main-department = 主部门
field-leads = 负责的部门
field-manager = 直属主管
field-parent = 上级部门
field-order = 排序
field-heads = 部门主管
field-source-identifier = eHR 部门编号
    .inside = { "\uE000" }eHR 部门编号
field-hide-mobile = 隐藏手机号
field-employment = 员工类型

## 两边

side-dingtalk = 钉钉
side-ehr = eHR
    .inside = { "\uE000" }eHR{ "\uE000" }

## 记录种类

kind-person = 人员
kind-department = 部门

## 新版程序写下的代码

unknown-code = 代码 { $code }
unknown-code-arguments = 代码 { $code }（{ $arguments }）
