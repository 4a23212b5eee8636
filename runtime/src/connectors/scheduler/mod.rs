//! Schedules (flows part 3, section 3): when a flow runs by the clock.
//!
//! [`cron`] reads rules and finds firings; [`zone`] gives wall clocks their moments; [`trigger`] is the trigger.

pub mod cron;
pub mod trigger;
pub mod zone;
