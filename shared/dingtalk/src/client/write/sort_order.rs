//! Sort orders: departments go up, people go down.

/// Above every position that a list can have, below what a double holds exactly.
const FIRST: i64 = 1 << 32;

/// The `order` of a department that stands at this place among its siblings, from 0: DingTalk sorts **smaller first**.
#[must_use]
pub fn department_order(place: u32) -> i64 {
    i64::from(place)
}

/// The `order` of a person who stands at this place in a department, from 0: DingTalk sorts **larger first**.
#[must_use]
pub fn person_order(place: u32) -> i64 {
    FIRST - i64::from(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn department_orders_ascend_and_person_orders_descend() {
        assert!(department_order(0) < department_order(1));
        assert!(person_order(0) > person_order(1) && person_order(u32::MAX) > 0);
    }
}
