//! Splitting a rounded amount over parts without losing a unit: largest remainder, ties by order.

use std::cmp::Reverse;

/// Splits `total` over exact parts `numerators[i] / d`: each gets the floor of its part, the remaining units
/// go to the largest remainders, ties by order. Works for negative parts and for parts that sum to zero.
/// The result adds up to `total` whatever it is (unless there are no parts); when `total` is the rounded sum
/// of the parts, each is within one unit of its exact value. `d` must be positive.
pub fn by_largest_remainder(total: i64, numerators: &[i128], d: i128) -> Vec<i64> {
    let mut parts = floors(numerators, d);
    let count = parts.len() as i128;
    if count == 0 {
        return Vec::new();
    }
    let left = i128::from(total) - parts.iter().sum::<i128>();
    let each = left.div_euclid(count);
    let mut extra = left.rem_euclid(count);
    for part in &mut parts {
        *part += each;
    }
    for i in by_remainder(numerators, d) {
        if extra == 0 {
            break;
        }
        parts[i] += 1;
        extra -= 1;
    }
    narrow(parts)
}

/// Splits `total` in proportion to `weights` (none negative; all zero counts as all equal).
pub fn in_proportion(total: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    if whole <= 0 {
        let equal = vec![i128::from(total); weights.len()];
        return by_largest_remainder(total, &equal, (weights.len() as i128).max(1));
    }
    let numerators: Vec<i128> = weights.iter().map(|&weight| i128::from(total) * i128::from(weight)).collect();
    by_largest_remainder(total, &numerators, whole)
}

/// [`by_largest_remainder`] with every part within its own bounds `(least, most)`. The bounds together leave
/// room for `total`: the caller's proof.
pub(crate) fn bounded(total: i64, numerators: &[i128], d: i128, bounds: &[(i64, i64)]) -> Vec<i64> {
    let mut parts: Vec<i128> = floors(numerators, d)
        .into_iter()
        .zip(bounds)
        .map(|(floor, &(least, most))| floor.clamp(i128::from(least), i128::from(most)))
        .collect();
    let mut left = i128::from(total) - parts.iter().sum::<i128>();
    let order = by_remainder(numerators, d);
    while left != 0 {
        let before = left;
        for &i in &order {
            if left > 0 && parts[i] < i128::from(bounds[i].1) {
                parts[i] += 1;
                left -= 1;
            }
        }
        for &i in order.iter().rev() {
            if left < 0 && parts[i] > i128::from(bounds[i].0) {
                parts[i] -= 1;
                left += 1;
            }
        }
        assert!(left != before, "the bounds leave room for the total");
    }
    narrow(parts)
}

fn floors(numerators: &[i128], d: i128) -> Vec<i128> {
    debug_assert!(d > 0, "a divisor is positive");
    numerators.iter().map(|n| n.div_euclid(d)).collect()
}

/// Indices, largest remainder first, ties by order.
fn by_remainder(numerators: &[i128], d: i128) -> Vec<usize> {
    let mut order: Vec<usize> = (0..numerators.len()).collect();
    order.sort_by_key(|&i| Reverse(numerators[i].rem_euclid(d)));
    order
}

fn narrow(parts: Vec<i128>) -> Vec<i64> {
    parts.into_iter().map(|part| i64::try_from(part).expect("a part of an amount is an amount")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(total: i64, weights: &[i64], expected: &[i64]) {
        let parts = in_proportion(total, weights);
        assert_eq!(parts, expected);
        assert_eq!(parts.iter().sum::<i64>(), total);
    }

    #[test]
    fn largest_remainder_with_ties_by_order() {
        check(100, &[1, 1, 1], &[34, 33, 33]);
        check(2, &[1, 1, 1], &[1, 1, 0]);
        check(10, &[3, 0, 7], &[3, 0, 7]);
        check(1, &[1, 2], &[0, 1]);
        check(20, &[100, 100], &[10, 10]);
        check(5, &[0, 0], &[3, 2]);
        check(-5, &[1, 1], &[-2, -3]);
        check(0, &[5, 5], &[0, 0]);
        assert_eq!(in_proportion(0, &[]), Vec::<i64>::new());
    }

    #[test]
    fn floors_work_below_zero_and_for_groups_that_sum_to_zero() {
        // Exact taxes 0.5 and -0.5: floors 0 and -1, one unit to the larger remainder (a tie: the first).
        assert_eq!(by_largest_remainder(0, &[5, -5], 10), [1, -1]);
        assert_eq!(by_largest_remainder(-1, &[-3, -2], 5), [-1, 0]);
        assert_eq!(by_largest_remainder(1, &[7, -2], 5), [1, 0]);
    }

    #[test]
    fn bounds_move_units_to_parts_with_room() {
        assert_eq!(bounded(4, &[15, 15, 15], 10, &[(0, 1), (0, 2), (0, 2)]), [1, 2, 1]);
        assert_eq!(bounded(5, &[15, 15, 15], 10, &[(0, 1), (0, 2), (0, 2)]), [1, 2, 2]);
        assert_eq!(bounded(1, &[15, 3, 15], 10, &[(0, 9), (0, 9), (0, 9)]), [1, 0, 0]);
        assert_eq!(bounded(3, &[15, 3, -15], 10, &[(0, 9), (1, 1), (-1, -1)]), [3, 1, -1]);
    }
}
