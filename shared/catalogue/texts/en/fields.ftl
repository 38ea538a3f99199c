# Names of fields, sides and kinds. `.inside` is the form within a sentence, where it differs.

## Fields

field-name = Name
    .inside = name
field-department-name = Name of the department
    .inside = name of the department
field-mobile = Mobile number
    .inside = mobile number
field-email = E-mail address
    .inside = e-mail address
field-org-email = Company mailbox
    .inside = company mailbox
field-telephone = Extension
    .inside = extension
field-job-number = Job number
    .inside = job number
field-title = Title
    .inside = title
field-work-place = Work place
    .inside = work place
field-remark = Remark
    .inside = remark
field-hired-on = Day of entry
    .inside = day of entry
field-extension = Custom fields
    .inside = custom fields
field-departments = Departments
    .inside = departments
field-main-department = Main department
    .inside = main department
field-leads = Departments led
    .inside = departments led
field-manager = Direct manager
    .inside = direct manager
field-parent = Parent department
    .inside = parent department
field-order = Sort order
    .inside = sort order
field-heads = Heads of the department
    .inside = heads of the department
field-source-identifier = Id in the eHR
    .inside = id in the eHR
field-hide-mobile = Mobile number hidden
    .inside = hiding of the mobile number
field-employment = Employment type
    .inside = employment type

## Sides

side-dingtalk = DingTalk
side-ehr = eHR
    .inside = the eHR

## Kinds of record

kind-person = Person
    .inside = person
kind-department = Department
    .inside = department

## A code of a newer version

unknown-code = code { $code }
unknown-code-arguments = code { $code } ({ $arguments })
