//! Computing kernels by hand: the same algorithms as in `benches/scripts/kernels.dw`.

use std::collections::HashMap;

/// A kernel: its name, its size, and the function in Rust.
pub type Kernel = (&'static str, i64, fn(i64) -> i64);

/// The kernels with the sizes at which they are measured.
pub const KERNELS: [Kernel; 5] = [
    ("fib", 30, fib),
    ("summod", 10_000_000, summod),
    ("sieve", 2_000_000, sieve),
    ("strjoin", 1_000_000, strjoin),
    ("dictcount", 1_000_000, dictcount),
];

fn fib(n: i64) -> i64 {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

fn summod(n: i64) -> i64 {
    (0..n).map(|i| i * i % 7).sum()
}

fn sieve(n: i64) -> i64 {
    let n = usize::try_from(n).unwrap_or(0);
    let mut is_prime = vec![true; n + 1];
    is_prime[0] = false;
    is_prime[1] = false;
    for i in (2..).take_while(|i| i * i <= n) {
        if is_prime[i] {
            (i * i..=n).step_by(i).for_each(|j| is_prime[j] = false);
        }
    }
    is_prime.iter().map(|prime| i64::from(*prime)).sum()
}

fn strjoin(n: i64) -> i64 {
    let pieces: Vec<String> = (0..n).map(|i| format!("item-{i}")).collect();
    pieces.join(",").len() as i64
}

fn dictcount(n: i64) -> i64 {
    let mut counts: HashMap<String, i64> = HashMap::new();
    for i in 0..n {
        *counts.entry(format!("w{}", i * i % 20_011)).or_default() += 1;
    }
    counts.len() as i64
}
