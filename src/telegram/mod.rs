//! The cable's fields, by rules over regions and text.

use crate::page::{Region, Telegram};

/// Gives every text region its part in the cable, splitting regions where parts meet (ids are given afterwards).
#[must_use]
pub fn assign_roles(regions: Vec<Region>) -> Vec<Region> {
    regions
}

/// The fields of a cable; `None` where the page is not one.
#[must_use]
pub fn parse_telegram(_regions: &[Region]) -> Option<Telegram> {
    None
}
