//! Computing kernels by hand: the same algorithms as in `benches/scripts/kernels.dw`.

use std::collections::HashMap;

/// A kernel: its name, its size, and the function in Rust.
pub type Kernel = (&'static str, i64, fn(i64) -> i64);

/// The kernels with the sizes at which they are measured.
pub const KERNELS: [Kernel; 6] = [
    ("fib", 30, fib),
    ("summod", 10_000_000, summod),
    ("sieve", 2_000_000, sieve),
    ("nbody", 500_000, nbody),
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

/// The sun and four planets: place, velocity, mass; days and astronomical units.
const BODIES: [[f64; 7]; 5] = [
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.959122e-4],
    [4.841431, -1.160320, -0.103622, 1.660077e-3, 7.699011e-3, -6.904600e-5, 2.825346e-7],
    [8.343367, 4.124799, -0.403523, -2.767425e-3, 4.998528e-3, 2.304173e-5, 8.459717e-8],
    [12.894370, -15.111151, -0.223308, 2.964601e-3, 2.378472e-3, -2.965896e-5, 1.292024e-8],
    [15.379697, -25.919315, 0.179259, 2.680678e-3, 1.628242e-3, -9.515923e-5, 1.524357e-8],
];

fn nbody(n: i64) -> i64 {
    let mut bodies = BODIES;
    let day = 0.5;
    for _ in 0..n {
        for i in 0..bodies.len() {
            let (head, tail) = bodies.split_at_mut(i + 1);
            let a = &mut head[i];
            for b in tail {
                let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
                let square = x * x + y * y + z * z;
                let pull = day / (square * square.sqrt());
                let (to_b, to_a) = (b[6] * pull, a[6] * pull);
                for (axis, distance) in [x, y, z].into_iter().enumerate() {
                    a[3 + axis] -= distance * to_b;
                    b[3 + axis] += distance * to_a;
                }
            }
        }
        for body in &mut bodies {
            for axis in 0..3 {
                body[axis] += day * body[3 + axis];
            }
        }
    }
    (bodies[1][0] * 1e9).round() as i64
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
