//! The prompt.
use dataway_lang::{Input, RunOptions};

pub fn run(_input: Input, _options: &RunOptions) -> u8 {
    2
}
