//! Generates the tree of departments.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Department, DepartmentVisibility, vocabulary};

/// Greatest depth below the root.
const DEPTH_MAX: usize = 5;
/// Children that one department gets before another department is tried.
const CHILDREN_MAX: usize = 14;

struct Node {
    id: i64,
    depth: usize,
    technical: bool,
    names: BTreeSet<String>,
}

/// Generates `count` departments, with the root.
pub(super) fn grow_tree(
    count: usize,
    company: &str,
    rng: &mut ChaCha8Rng,
) -> BTreeMap<i64, Department> {
    let mut departments =
        BTreeMap::from([(1, generate_department(1, company.to_owned(), None, rng))]);
    let mut nodes = vec![Node {
        id: 1,
        depth: 0,
        technical: false,
        names: BTreeSet::new(),
    }];
    let mut last_id = 41_000_000 + rng.random_range(0..900_000_i64);
    for made in 1..count.max(1) {
        let at = choose_parent(made, count, &nodes, rng);
        let Some(parent) = nodes.get_mut(at) else {
            break;
        };
        let name = fresh_name(parent, rng);
        last_id += rng.random_range(1..4_000_i64);
        let technical = parent.technical || matches!(name.as_str(), "研发中心" | "信息技术部");
        parent.names.insert(name.clone());
        let (parent_id, depth) = (parent.id, parent.depth + 1);
        departments.insert(
            last_id,
            generate_department(last_id, name, Some(parent_id), rng),
        );
        nodes.push(Node {
            id: last_id,
            depth,
            technical,
            names: BTreeSet::new(),
        });
    }
    departments
}

fn choose_parent(made: usize, count: usize, nodes: &[Node], rng: &mut ChaCha8Rng) -> usize {
    let centres = (count / 6 + 2).min(vocabulary::CENTRE_NAMES.len());
    if made <= centres {
        return 0;
    }
    for _ in 0..40 {
        let at = rng.random_range(1..nodes.len());
        if nodes[at].depth < DEPTH_MAX && nodes[at].names.len() < CHILDREN_MAX {
            return at;
        }
    }
    // Every department that was tried is full. The least deep of the youngest ones takes the new
    // one.
    nodes
        .iter()
        .rposition(|node| node.depth < DEPTH_MAX)
        .unwrap_or(0)
}

fn fresh_name(parent: &Node, rng: &mut ChaCha8Rng) -> String {
    let pool: &[&str] = match (parent.depth, parent.technical) {
        (0, _) => {
            // The usual centres come first and in this order, so that a small company has a 研发中心.
            if let Some(name) = vocabulary::CENTRE_NAMES
                .iter()
                .find(|name| !parent.names.contains(**name))
            {
                return (*name).to_owned();
            }
            &vocabulary::ORDINARY_GROUPS
        }
        (_, true) => &vocabulary::TECHNICAL_GROUPS,
        (_, false) => &vocabulary::ORDINARY_GROUPS,
    };
    for _ in 0..8 {
        let name = pool[rng.random_range(0..pool.len())];
        if parent.depth < 2 && !parent.names.contains(name) {
            return name.to_owned();
        }
    }
    let mut number = parent.names.len() + 1;
    while parent.names.contains(&format!("第{number}小组")) {
        number += 1;
    }
    format!("第{number}小组")
}

fn generate_department(
    dept_id: i64,
    name: String,
    parent_id: Option<i64>,
    rng: &mut ChaCha8Rng,
) -> Department {
    let order = if rng.random_bool(0.6) {
        dept_id
    } else {
        rng.random_range(0..1000)
    };
    let with_source = parent_id.is_some() && rng.random_bool(0.3);
    let with_code = parent_id.is_some() && rng.random_bool(0.1);
    Department {
        dept_id,
        name,
        parent_id,
        order,
        source_identifier: with_source.then(|| format!("HR-{dept_id}")),
        create_dept_group: rng.random_bool(0.7),
        auto_add_user: rng.random_bool(0.7),
        hide_dept: rng.random_bool(0.02),
        code: with_code.then(|| format!("D{:05}", dept_id % 100_000)),
        sight: DepartmentVisibility::default(),
    }
}
