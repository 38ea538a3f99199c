# 欄位、兩邊和資料種類的名稱。`.inside` 是句中的寫法：\uE000 在兩個字之間變成空格。

## 欄位

field-name = 姓名
field-department-name = 部門名稱
field-mobile = 手機號碼
field-email = 信箱
field-org-email = 企業信箱
field-telephone = 分機
field-job-number = 員工編號
field-title = 職稱
field-work-place = 辦公地點
field-remark = 備註
field-hired-on = 到職日期
field-extension = 自訂欄位
field-departments = 部門
field-main-department = 主要部門
field-leads = 主管的部門
field-manager = 直屬主管
field-parent = 上層部門
field-order = 排序
field-heads = 部門主管
field-source-identifier = eHR 部門編號
    .inside = { "\uE000" }eHR 部門編號
field-hide-mobile = 隱藏手機號碼
field-employment = 員工類型

## 兩邊

side-dingtalk = 釘釘
side-ehr = eHR
    .inside = { "\uE000" }eHR{ "\uE000" }

## 資料種類

kind-person = 人員
kind-department = 部門

## 新版程式寫下的代碼

unknown-code = 代碼 { $code }
unknown-code-arguments = 代碼 { $code }（{ $arguments }）
