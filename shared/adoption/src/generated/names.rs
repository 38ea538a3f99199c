//! Names as people in China have them, with their usual namesakes, and usual ways to misspell them.

use fastrand::Rng;

const SURNAMES: [&str; 30] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "林",
    "郭", "何", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "欧阳", "司徒",
];

const GIVEN: [&str; 60] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明",
    "超", "霞", "平", "刚", "文", "雯", "红", "洪", "晓", "小", "华", "桦", "建", "健", "国", "志",
    "智", "海", "燕", "颖", "莹", "玉", "宇", "雨", "欣", "鑫", "佳", "嘉", "琳", "林", "婷", "庭",
    "浩", "昊", "晨", "辰", "思", "诗", "梦", "孟", "凯", "恺", "博", "波",
];

/// Characters that sound alike.
const ALIKE: [(char, char); 12] = [
    ('文', '雯'),
    ('红', '洪'),
    ('晓', '小'),
    ('华', '桦'),
    ('建', '健'),
    ('志', '智'),
    ('颖', '莹'),
    ('欣', '鑫'),
    ('佳', '嘉'),
    ('琳', '林'),
    ('浩', '昊'),
    ('晨', '辰'),
];

/// A name: one given character for a quarter of people, who therefore have many namesakes, two for the rest.
pub(super) fn pick_name(random: &mut Rng) -> String {
    let mut name = SURNAMES[random.usize(0..SURNAMES.len())].to_owned();
    name.push_str(GIVEN[random.usize(0..GIVEN.len())]);
    if random.u32(0..4) > 0 {
        name.push_str(GIVEN[random.usize(0..GIVEN.len())]);
    }
    name
}

/// A misspelling: a character that sounds alike, another character, a missing one, or two swapped.
pub(super) fn misspell(random: &mut Rng, name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let last = letters.len() - 1;
    let like = |c: char| {
        ALIKE.iter().find_map(|(one, two)| match c {
            _ if c == *one => Some(*two),
            _ if c == *two => Some(*one),
            _ => None,
        })
    };
    let alike = letters.iter().position(|c| like(*c).is_some());
    match (random.u32(0..4), alike) {
        (0 | 1, Some(at)) => letters[at] = like(letters[at]).unwrap_or(letters[at]),
        (2, _) if last >= 2 => letters.swap(last, last - 1),
        (3, _) if last >= 2 => _ = letters.remove(last),
        _ => {
            let other = GIVEN[random.usize(0..GIVEN.len())].chars().next();
            letters[last] = other.filter(|c| *c != letters[last]).unwrap_or('莉');
        }
    }
    letters.into_iter().collect()
}
