//! The vocabulary of names, departments and titles.

/// Surnames with their pinyin. Common surnames come first and are drawn more often.
pub(super) const SURNAMES: [(&str, &str); 48] = [
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("刘", "liu"),
    ("陈", "chen"),
    ("杨", "yang"),
    ("黄", "huang"),
    ("赵", "zhao"),
    ("吴", "wu"),
    ("周", "zhou"),
    ("徐", "xu"),
    ("孙", "sun"),
    ("马", "ma"),
    ("朱", "zhu"),
    ("胡", "hu"),
    ("郭", "guo"),
    ("何", "he"),
    ("高", "gao"),
    ("林", "lin"),
    ("罗", "luo"),
    ("郑", "zheng"),
    ("梁", "liang"),
    ("谢", "xie"),
    ("宋", "song"),
    ("唐", "tang"),
    ("许", "xu"),
    ("韩", "han"),
    ("冯", "feng"),
    ("邓", "deng"),
    ("曹", "cao"),
    ("彭", "peng"),
    ("曾", "zeng"),
    ("萧", "xiao"),
    ("田", "tian"),
    ("董", "dong"),
    ("袁", "yuan"),
    ("潘", "pan"),
    ("于", "yu"),
    ("蒋", "jiang"),
    ("蔡", "cai"),
    ("余", "yu"),
    ("杜", "du"),
    ("叶", "ye"),
    ("程", "cheng"),
    ("欧阳", "ouyang"),
    ("诸葛", "zhuge"),
    ("司马", "sima"),
    ("上官", "shangguan"),
];

/// Characters of given names.
pub(super) const GIVEN: [&str; 64] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明",
    "超", "秀", "霞", "平", "刚", "桂", "英", "华", "梅", "鑫", "宇", "浩", "轩", "子", "涵", "梓",
    "萱", "雨", "欣", "怡", "佳", "思", "远", "博", "文", "俊", "晨", "阳", "雪", "婷", "颖", "倩",
    "峰", "建", "国", "志", "玉", "兰", "春", "海", "燕", "云", "帆", "航", "宁", "璐", "瑶", "睿",
];

/// Rare characters, four bytes each in UTF-8.
pub(super) const RARE_CHARACTERS: [&str; 6] = ["𠮷", "𣲗", "𬱖", "𬭚", "𫖯", "𪨰"];

/// Names of other forms: with a middle dot, and not Chinese at all.
pub(super) const OTHER_NAMES: [&str; 10] = [
    "买买提·艾力",
    "古丽娜尔·阿不都热合曼",
    "扎西·多吉",
    "迪丽拜尔·吐尔逊",
    "阿依古丽·买买提明",
    "Emily O'Brien",
    "Jean-Luc Moreau",
    "Nguyễn Văn An",
    "Siobhán Kelly",
    "José García",
];

/// Departments right under the root.
pub(super) const CENTRE_NAMES: [&str; 20] = [
    "研发中心",
    "产品中心",
    "销售中心",
    "市场部",
    "人力资源部",
    "财务部",
    "客户服务中心",
    "供应链中心",
    "生产制造中心",
    "质量管理部",
    "信息技术部",
    "战略发展部",
    "海外事业部",
    "法务部",
    "行政部",
    "采购部",
    "仓储物流中心",
    "品牌部",
    "内审部",
    "总裁办",
];

/// Groups of a technical centre.
pub(super) const TECHNICAL_GROUPS: [&str; 16] = [
    "前端组",
    "后端组",
    "测试组",
    "算法组",
    "平台架构组",
    "移动端组",
    "数据平台组",
    "运维组",
    "信息安全组",
    "交互设计组",
    "硬件组",
    "嵌入式组",
    "工程效率组",
    "大数据组",
    "基础设施组",
    "技术支持组",
];

/// Groups of other centres.
pub(super) const ORDINARY_GROUPS: [&str; 24] = [
    "华东大区",
    "华南大区",
    "华北大区",
    "西南大区",
    "西北大区",
    "东北大区",
    "华中大区",
    "港澳台业务组",
    "大客户组",
    "渠道组",
    "运营组",
    "培训组",
    "综合组",
    "计划组",
    "流程组",
    "预算组",
    "合规组",
    "质检组",
    "结算组",
    "项目组",
    "支持组",
    "内容组",
    "活动组",
    "数据组",
];

/// Titles of technical people.
pub(super) const TECHNICAL_TITLES: [&str; 10] = [
    "前端开发工程师",
    "后端开发工程师",
    "测试工程师",
    "算法工程师",
    "高级软件工程师",
    "架构师",
    "运维工程师",
    "数据工程师",
    "UI设计师",
    "实习生",
];

/// Titles of other people.
pub(super) const ORDINARY_TITLES: [&str; 14] = [
    "专员",
    "高级专员",
    "主管助理",
    "客户经理",
    "大客户经理",
    "销售代表",
    "会计",
    "出纳",
    "招聘专员",
    "法务专员",
    "采购员",
    "仓库管理员",
    "客服代表",
    "操作工",
];

/// Work places.
pub(super) const PLACES: [&str; 10] = [
    "上海总部",
    "杭州未来科技城",
    "深圳南山",
    "北京望京",
    "成都天府软件园",
    "武汉光谷",
    "西安高新区",
    "苏州工业园区",
    "香港九龙",
    "远程",
];

/// Remarks.
pub(super) const REMARKS: [&str; 6] = [
    "内推",
    "校招 2024 届",
    "需要 “双屏” 工位",
    "返聘，合同至年底",
    "轮岗中 → 下半年回总部",
    "素食；对花生过敏",
];

/// Hobbies, for the custom fields.
pub(super) const HOBBIES: [&str; 6] = ["旅游", "摄影", "羽毛球", "围棋", "读书", "登山"];

/// Company names.
pub(super) const COMPANIES: [&str; 6] = [
    "青禾科技有限公司",
    "远山智能制造有限公司",
    "海川供应链有限公司",
    "晨星软件有限公司",
    "云杉医药有限公司",
    "木兰新能源有限公司",
];
