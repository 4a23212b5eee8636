//! Limits of a run (spec 11): whatever a program does, it ends in the way the specification says, and leaves nothing behind.
//!
//! Nothing here asserts how long something took, only that it ended and how.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dataway_lang::value::heap;
use dataway_lang::{Input, Limits, RunOptions};
use support::{Failure, compile, limited, run, run_logged, script, show};

/// The memory limit of flows.
const MEMORY: usize = 100 << 20;

fn class(outcome: &Result<String, Failure>) -> &str {
    match outcome {
        Ok(_) => "a result",
        Err(failure) => failure.class.as_str(),
    }
}

/// Checks how each program ends, and that a stop has the code of a stop.
fn check(options: &RunOptions, expected: &str, programs: &[&str]) {
    let mut failures = String::new();
    for program in programs {
        let text = if program.contains('\n') || program.contains("return") || program.contains("while ") {
            script(program)
        } else {
            (*program).to_owned()
        };
        let outcome = run(&text, options);
        let is_stop = matches!(expected, "TimeoutError" | "MemoryError");
        let code = outcome.as_ref().err().map(|failure| failure.code);
        if class(&outcome) != expected || (is_stop && code != Some(1_200_001)) {
            let shown = format!("{outcome:?}").chars().take(200).collect::<String>();
            failures += &format!("{program}\n    {shown}\n");
        }
    }
    assert!(failures.is_empty(), "these do not end with {expected}:\n{failures}");
}

#[test]
fn endless_work_ends_at_the_time_limit() {
    check(
        &limited(Some(200), None),
        "TimeoutError",
        &[
            "while True: pass",
            "for _ in iter(int, 1): pass\nreturn 1",
            "def f(): yield from iter(int, 1)\nreturn sum(f())",
            "x = 0\nwhile x >= 0: x += 1",
            "def f(n): return f(n - 1) if n else 0\nwhile True: f(50)",
            "while True: [x for x in range(100)]",
            "while True:\n    try: 1 / 0\n    except ZeroDivisionError: pass",
            "while True: 'a,b,c'.split(',')",
            "while True: {'a': 1, 'b': 2}",
            "while True: '%s' % 1 + f'{1}'",
            "sum(iter(int, 1))",
            "any(iter(int, 1))",
            "all(iter(lambda: 1, 0))",
            "max(iter(int, 1))",
            "1 in iter(int, 1)",
            "dict.fromkeys(iter(int, 1))",
            "set(iter(int, 1))",
            "next(filter(None, iter(int, 1)))",
            "list(filter(None, iter(int, 1)))",
            "sum(1 for _ in iter(int, 1))",
            "bytes(filter(None, iter(int, 1)))",
            "''.join(filter(None, iter(str, 'x')))",
            "[*filter(None, iter(int, 1))]",
            "{**dict.fromkeys(iter(int, 1))}",
            "sum(range(10**15))",
            "min(range(10**15))",
            "0.5 in range(10**15)",
            "range(10**15).count('x')",
            "a, *b = filter(None, iter(int, 1))\nreturn a",
        ],
    );
}

#[test]
fn long_single_operations_end_at_the_time_limit() {
    check(
        &limited(Some(100), Some(2 << 30)),
        "TimeoutError",
        &[
            "3**10**8",
            "pow(3, 1 << 200000, (1 << 200000) + 1)",
            "x = 1 << 30000000\nwhile True: x = x * x >> 30000000",
            "x = 3 ** 3000000\nwhile True: x // (x >> 1000000)",
            "x = [(i * 7919) % 1000003 for i in range(200000)]\nwhile True: sorted(x)",
            "x = [str((i * 7919) % 1000003) for i in range(20000)]\nwhile True: sorted(x, key=lambda s: s[::-1])",
            "while True: 'ab' * 50000000",
            "x = 'ab' * 1000000\nwhile True: x.replace('a', 'cc')",
            "x = 'ab' * 1000000\nwhile True: x.upper().count('AB')",
            "x = 'a b ' * 200000\nwhile True: x.split()",
            "x = 'ab' * 1000000\nwhile True: x.encode('utf-16').decode('utf-16')",
            "x = 'a' * 1000000 + 'b'\nwhile True: x.find('a' * 5000 + 'c')",
            "x = list(range(1000000))\nwhile True: x == x[:]",
            "x = list(range(1000000))\nwhile True: x[::-1]",
            "x = list(range(100000))\nwhile True: x.index(-1) if -1 in x else 0",
            "x = dict.fromkeys(range(100000))\nwhile True: {**x} == x",
            "x = set(range(100000))\nwhile True: x & x | x",
            "x = list(range(100000))\nwhile True: repr(x)",
            "x = [1.5] * 100000\nwhile True: str(x)",
            "x = bytearray(1000000)\nwhile True: x.reverse()",
            "x = b'ab' * 500000\nwhile True: x.strip(b'ab')",
            "x = '{}' * 10000\ny = range(10000)\nwhile True: x.format(*y)",
            "x = list(range(100000))\nwhile True: Entity.from_value(x, 'application/json')['^value']",
            "x = {'r': {'a': list(range(10000))}}\nwhile True: Entity.from_value(x, 'application/xml')['^value']",
            "x = [{'a': i} for i in range(10000)]\nwhile True: Entity.from_value(x, 'text/csv')['^value']",
        ],
    );
}

#[test]
fn long_operations_of_modules_end_at_the_time_limit() {
    check(
        &limited(Some(100), Some(2 << 30)),
        "TimeoutError",
        &[
            "re.match('(a+)+$', 'a' * 40 + 'b')",
            "re.match('(a|aa)+$', 'a' * 60 + 'b')",
            "re.match('(.*)*x', 'a' * 60)",
            "re.search('(?:a?){40}a{40}b', 'a' * 60)",
            "x = 'ab' * 100000\nwhile True: re.sub('a', 'cc', x)",
            "x = 'ab' * 100000\nwhile True: re.findall('(a)(b)', x)",
            "math.factorial(10**7)",
            "math.comb(10**7, 5 * 10**6)",
            "math.perm(10**7, 5 * 10**6)",
            "math.isqrt(1 << 20000000)\nreturn 1\nwhile True: pass",
            "math.fsum(iter(int, 1))",
            "math.prod(iter(int, 1))",
            "math.gcd(*[3 ** 500000, 5 ** 400000])\nwhile True: math.gcd(3 ** 50000, 5 ** 40000)",
            "x = list(range(100000))\nwhile True: json.loads(json.dumps(x))",
            "x = [[i] for i in range(100000)]\nwhile True: copy.deepcopy(x)",
            "x = decimal.Context(prec=100000)\nwhile True: x.sqrt(decimal.Decimal(2))",
            "decimal.Context(prec=10**7).power(decimal.Decimal('1.1'), 10**9)",
            "decimal.Context(prec=10**6).exp(decimal.Decimal('1.1'))",
            "collections.Counter(iter(int, 1))",
            "functools.reduce(lambda a, b: a, iter(int, 1))",
        ],
    );
}

#[test]
fn huge_results_are_refused_before_they_are_made() {
    check(
        &limited(None, Some(MEMORY)),
        "MemoryError",
        &[
            "x = 'a' * 10**12\nreturn x",
            "'a' * 10**12",
            "10**12 * 'a'",
            "b'a' * 10**12",
            "bytearray(b'a') * 10**12",
            "[0] * 10**12",
            "(0,) * 10**12",
            "[[0] * 1000] * 10**9",
            "bytes(10**12)",
            "bytearray(10**12)",
            "list(range(10**12))",
            "tuple(range(10**12))",
            "[*range(10**12)]",
            "sorted(range(10**12))",
            "[0] * 10**12 + [1]",
            "1 << 10**12",
            "'x'.ljust(10**12)",
            "'x'.rjust(10**12)",
            "'x'.center(10**12)",
            "'1'.zfill(10**12)",
            "b'x'.ljust(10**12)",
            "'\\t'.expandtabs(10**9)",
            "format('', '999999999')",
            "format(1, '0999999999')",
            "f'{1:999999999}'",
            "'%999999999d' % 1",
            "'%*d' % (999999999, 1)",
            "'{:{}}'.format(1, 999999999)",
            "'{:.999999999f}'.format(10**300)",
            "(1).to_bytes(10**12, 'big')",
            "('a' * 10**6).replace('a', 'b' * 10**6)",
            "('a' * 10**6).replace('', 'b' * 10**6)",
            "('b' * 10**6).join(['a'] * 10**6)",
            "''.join(['a' * 10**6] * 10**6)",
            "('a' * 10**6).translate({97: 'b' * 10**6})",
        ],
    );
}

#[test]
fn endless_growth_ends_at_the_memory_limit() {
    check(
        &limited(None, Some(4 << 20)),
        "MemoryError",
        &[
            "x = []\nwhile True: x.append(0)",
            "x = []\nwhile True: x.append('some text that is not short')",
            "x = [0]\nwhile True: x += x",
            "x = [0]\nwhile True: x.extend(x)",
            "x = 'a'\nwhile True: x += x",
            "x = b'a'\nwhile True: x += x",
            "x = bytearray(b'a')\nwhile True: x.extend(x)",
            "x = 2\nwhile True: x *= x",
            "x = {}\nwhile True: x[len(x)] = x",
            "x = set()\nwhile True: x.add(len(x))",
            "x = None\nwhile True: x = [x]",
            "x = None\nwhile True: x = (x,)",
            "x = None\nwhile True: x = {'a': x}",
            "x = None\nwhile True: x = lambda x=x: x",
            "x = []\nwhile True: x.append(lambda: x)",
            "x = []\nwhile True: x.append(y for y in x)",
            "x = iter([])\nwhile True: x = map(str, x)",
            "[x for x in iter(int, 1)]",
            "list(iter(int, 1))",
            "tuple(iter(int, 1))",
            "{x: x for x in range(10**9)}",
            "list(zip(iter(int, 1), iter(int, 1)))",
            "sorted(iter(int, 1))",
            "[*iter(int, 1)]",
            "print(*iter(int, 1))",
            "a, *b = iter(int, 1)\nreturn a",
            "','.join(iter(str, 'x'))",
            "bytes(iter(int, 1))",
        ],
    );
    check(
        &limited(None, Some(MEMORY)),
        "MemoryError",
        &["x = []\nwhile True: x.append('some text that is not short')"],
    );
}

#[test]
fn huge_results_of_modules_are_refused() {
    check(
        &limited(None, Some(MEMORY)),
        "MemoryError",
        &[
            "re.sub('', 'x' * 10**6, 'y' * 10**6)",
            "re.compile('a').sub('b' * 10**6, 'a' * 10**6)",
            "json.dumps([1, [2]], indent=10**9)",
            "json.dumps([1, 2], indent='x' * 10**5, separators=('y' * 10**8, ''))",
            "copy.deepcopy([[x] for x in range(2 * 10**6)])",
        ],
    );
}

#[test]
fn absurd_requests_fail_without_a_configured_limit() {
    check(
        &RunOptions::default(),
        "MemoryError",
        &["'a' * 10**13", "[0] * 10**13", "bytes(10**13)", "'x'.ljust(10**13)", "1 << 10**14"],
    );
}

#[test]
fn endless_recursion_is_an_ordinary_exception() {
    check(
        &limited(Some(60_000), Some(MEMORY)),
        "RecursionError",
        &[
            "def f(): return f()\nreturn f()",
            "def f(x): return sorted([x], key=f)\nreturn f(1)",
            "def f(x): return [*map(f, [x])]\nreturn f(1)",
            "def f(x): return max([x, x], key=f)\nreturn f(1)",
            "def f():\n    yield from f()\nreturn list(f())",
            "f = lambda: f()\nreturn f()",
            "def f(n=0):\n    try: return f(n + 1)\n    finally: n += 1\nreturn f()",
            "x = iter([])\nfor _ in range(20000): x = map(str, x)\nreturn list(x)",
        ],
    );
    let caught = "def f(n): return f(n + 1)\ntry: f(0)\nexcept RecursionError as error: return str(error)";
    let outcome = run(&script(caught), &limited(None, Some(MEMORY)));
    assert_eq!(outcome, Ok("'maximum recursion depth exceeded'".to_owned()));
}

#[test]
fn the_recursion_limit_can_be_set() {
    let text = script("def f(n): return f(n + 1) if n < 1500 else n\nreturn f(0)");
    assert_eq!(class(&run(&text, &RunOptions::default())), "RecursionError");
    let limits = Limits { recursion: 3000, ..Limits::default() };
    assert_eq!(run(&text, &RunOptions { limits, ..RunOptions::default() }), Ok("1500".to_owned()));
}

#[test]
fn deeply_nested_data_is_no_crash() {
    let build = [
        "x = 1\nfor _ in range(50000): x = [x]",
        "x = 1\nfor _ in range(50000): x = (x,)",
        "x = 1\nfor _ in range(50000): x = {'a': x}",
        "x = ()\nfor _ in range(50000): x = frozenset([x])",
    ];
    let uses = [
        "return 'built'",
        "return repr(x)",
        "return str(x)",
        "return f'{x!r:>10}'",
        "y = x\nfor _ in range(1): x = [x]\nreturn x == [y]",
        "return x == x",
        "return [x] < [x]",
        "return hash(x)",
        "return {x}",
        "return x",
        "return Entity.from_value({'a': x}, 'application/json')",
        "return Entity.from_value({'a': {'b': x}}, 'application/xml')",
        "return Entity.from_value({'a': x}, 'application/yaml')",
        "return sorted([x, x])",
        "print(x)\nreturn 1",
        "raise ValueError(x)",
        "return '%s' % [x]",
        "return isinstance(1, x)",
        "return json.dumps(x)",
        "return copy.deepcopy(x)",
        "y = []\ny.append(y)\nx = [x, y]\nreturn x == [x, y]",
    ];
    let other = "y = 1\nfor _ in range(50000): y = [y]\nx = 1\nfor _ in range(50000): x = [x]\nreturn x == y";
    let mut ends = Vec::new();
    for text in build.iter().flat_map(|b| uses.iter().map(move |u| format!("{b}\n{u}"))).chain([other.to_owned()]) {
        let outcome = run(&script(&text), &limited(Some(20_000), Some(MEMORY)));
        if outcome.as_ref().is_err_and(|failure| failure.class == "SystemError" || failure.code == 1_299_999) {
            ends.push(format!("{text}\n    {outcome:?}"));
        }
    }
    assert!(ends.is_empty(), "{}", ends.join("\n"));
}

#[test]
fn deeply_nested_texts_are_no_crash() {
    for text in [
        "json.loads('[' * 100000)",
        "json.loads('[' * 100000 + ']' * 100000)",
        "json.loads('{\"a\":' * 100000)",
        "re.compile('(' * 100000)",
        "re.compile('(' * 100000 + ')' * 100000)",
        "re.compile('(?:' * 5000 + 'a' + ')*' * 5000).match('a' * 100)",
        "re.compile('[' * 100000)",
        "re.compile('a{1000}' * 1000).match('a')",
        "'{:{:{:{}}}}'.format(1, 2, 3, 4)",
        "'{' * 100000",
        "('{' * 100000).format()",
        "('{0[' * 100000).format([])",
        "('%(' * 100000) % {}",
        "float('1' * 1000000)",
        "float('1e' + '9' * 100000)",
        "decimal.Decimal('1e' + '9' * 100000)",
        "int('1' * 1000000)",
    ] {
        let outcome = run(text, &limited(Some(20_000), Some(MEMORY)));
        assert!(outcome.as_ref().err().is_none_or(|failure| failure.code != 1_299_999), "{text}: {outcome:?}");
    }
}

#[test]
fn a_stop_cannot_be_caught() {
    for endless in ["while True: pass", "'a' * 10**12", "3**10**8", "x = [0]\n    while True: x += x"] {
        for wrap in [
            "try:\n    ENDLESS\nexcept: print('caught')\nelse: print('else')\nfinally: print('finally')\nprint('after')",
            "try:\n    ENDLESS\nexcept BaseException: print('caught')\nprint('after')",
            "while True:\n  try:\n    ENDLESS\n  except BaseException: print('caught')",
            "try:\n    ENDLESS\nfinally:\n    print('finally')\n    return 1",
            "def g():\n  try:\n    yield 1\n    ENDLESS\n  finally:\n    print('finally')\nfor x in g(): pass\nprint('after')",
            "def g():\n  try:\n    ENDLESS\n  except GeneratorExit: print('exit')\n  yield 1\nlist(g())\nprint('after')",
            "def f(x):\n    ENDLESS\ntry: sorted([1, 2], key=f)\nexcept BaseException: print('caught')\nprint('after')",
        ] {
            let text = script(&wrap.replace("ENDLESS", endless));
            let (outcome, log) = run_logged(&text, &limited(Some(200), Some(MEMORY)));
            let failure = outcome.expect_err("the run is stopped");
            assert!(matches!(failure.class.as_str(), "TimeoutError" | "MemoryError"), "{text}: {failure:?}");
            assert_eq!((failure.code, log.as_str()), (1_200_001, ""), "{text}");
        }
    }
}

#[test]
fn exceptions_that_scripts_raise_themselves_are_ordinary() {
    for class in ["TimeoutError", "MemoryError", "RecursionError"] {
        let text = script(&format!("try: raise {class}('mine')\nexcept {class} as error: return str(error)"));
        assert_eq!(run(&text, &RunOptions::default()), Ok("'mine'".to_owned()));
        let failure = run(&script(&format!("raise {class}('mine')")), &RunOptions::default()).expect_err("it raises");
        assert_eq!((failure.class.as_str(), failure.code), (class, 1_200_000));
    }
}

/// Runs each body twice and checks that the second run leaves the heap as it found it and ends as the first one did.
/// (The first one may leave the program's constants, which stay loaded on the thread.)
fn check_nothing_is_left(options: &RunOptions, bodies: &[&str]) {
    let mut failures = String::new();
    for body in bodies {
        let program = compile(&script(body));
        let once = || program.run(&Input::default(), options, show).result.map_err(Failure::from);
        let first = once();
        let before = heap::used();
        let second = once();
        if first != second || heap::used() != before {
            failures +=
                &format!("{body}\n    {first:?}, {second:?}, {} bytes more\n", heap::used() as i64 - before as i64);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn temporaries_do_not_accumulate() {
    check_nothing_is_left(
        &limited(None, Some(4 << 20)),
        &[
            "n = 0\nfor i in range(5000000): n = n + i % 7\nreturn n",
            "for i in range(100000): [i, str(i), {'a': i}, 'a longer text than fits ' + str(i)]",
            "for i in range(100000): x = (lambda y: lambda: y + i)(i)()",
            "for i in range(50000):\n    try: raise ValueError(i)\n    except ValueError as error: last = error",
            "def g(n):\n    yield from range(n)\nfor i in range(20000): sum(g(5))",
            "x = ''\nfor i in range(50000): x = x[-100:] + str(i)",
            "x = list(range(1000))\nfor i in range(10000): x = sorted(x[1:] + [i])[:10]",
            "x = {}\nfor i in range(100000):\n    x[i] = i\n    x.pop(i - 100, None)",
            "x = 1\nfor i in range(2000): x = x * 3 % (1 << 5000)",
            "for i in range(2000): Entity.from_value({'a': [i]}, 'application/json')['^value']",
        ],
    );
}

#[test]
fn nothing_is_left_after_a_run() {
    check_nothing_is_left(
        &limited(Some(10_000), Some(4 << 20)),
        &[
            "x = []\nx.append(x)",
            "x = {}\nx['x'] = x",
            "x = []\ny = {'x': x, 'y': 'some longer text than fits'}\nx.append(y)\nx.append((x, y))",
            "x = []\nx.append(x)\nreturn [('a', 'constant'), {'of': 1, 'names': 2}]",
            "x = []\nx.append(x)\nreturn 'x' in ('x', 'y', ('z', 1))",
            "x = []\nx.append(x)\ny, *z = ('some text that is long', (1, 2))\nreturn [y, z, b'constant bytes', 10**30]",
            "def f(): return f\ndef g(): return h\ndef h(): return g",
            "x = []\ndef f(y=x): return y\nx.append(f)",
            "def g():\n    x = []\n    x.append((yield x))\n    yield\ny = g()\nnext(y)\ny.send(y)\nreturn 1",
            "for i in range(1000):\n    x = [i]\n    x.append(x)",
            "try: 1 / 0\nexcept ZeroDivisionError as error: x = [error]\nx.append(x)",
            "x = collections.OrderedDict()\nx[1] = x",
            "x = [1, 2, 3]\ny = iter(x)\nx.append(y)",
            "x = ValueError()\nx.args = (x,)",
            "x = []\nx.append(map(x.append, x))",
            "x = []\nx.append(x)\nreturn x",
            "x = []\nx.append(x)\nraise ValueError(x)",
            "x = []\nx.append(x)\nwhile True: x.append([x])",
            "x = {'k': [1]}\nmsg.vars['x'] = x\nx['m'] = msg",
        ],
    );
}

#[test]
fn eight_threads_share_one_program() {
    let program = compile(&script(
        "words = {}\nfor i in range(20000):\n    word = 'w' + str(i * 7919 % 1009)\n    words[word] = words.get(word, 0) + i\n\
         x = []\nx.append(x)\nreturn sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))[:5]",
    ));
    let once = || program.run(&Input::default(), &RunOptions::default(), show).result.expect("a result");
    let expected = once();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| (0..3).map(|_| once()).collect::<Vec<_>>())).collect();
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), vec![expected.clone(); 3]);
        }
    });
}

#[test]
fn runs_do_not_see_each_other() {
    let program = compile(
        "seen = []\ndef f(kept=[]):\n    kept.append(1)\n    seen.append(1)\n    return kept + seen\ndef dw_process(msg): return f()",
    );
    for _ in 0..3 {
        let outcome = program.run(&Input::default(), &RunOptions::default(), show);
        assert_eq!(outcome.result.map_err(Failure::from), Ok("[1, 1]".to_owned()));
    }
}

#[test]
fn the_log_is_cut_once() {
    let limits = Limits { log: 1000, ..Limits::default() };
    let options = RunOptions { limits, ..RunOptions::default() };
    let (outcome, log) = run_logged(&script("for i in range(100000): print('ż' * 10)\nreturn 1"), &options);
    assert_eq!(outcome, Ok("1".to_owned()));
    assert!(log.len() < 1100 && log.matches("truncated").count() == 1, "{log}");
    let (_, log) = run_logged(&script("print('x' * 10000000)\nprint('y')\nreturn 1"), &options);
    assert!(log.len() < 1100 && log.matches("truncated").count() == 1 && !log.contains('y'), "{}", log.len());
}

#[test]
fn a_large_result_is_refused() {
    let limits = Limits { result: Some(10_000), ..Limits::default() };
    let options = RunOptions { limits, ..RunOptions::default() };
    assert!(run("'x' * 5000", &options).is_ok());
    for text in
        ["'x' * 50000", "['xxxxxxxxxx'] * 5000", "list(range(50000))", "{'a': [{'b': 'x' * 50000}]}", "b'x' * 50000"]
    {
        let failure = run(text, &options).expect_err(text);
        assert_eq!((failure.class.as_str(), failure.code), ("MemoryError", 1_200_001), "{text}");
        assert!(failure.message.contains("result"), "{}", failure.message);
    }
}

#[test]
fn a_host_can_cancel_a_run() {
    let cancel = Arc::new(AtomicBool::new(false));
    let options = RunOptions { cancel: Some(Arc::clone(&cancel)), ..RunOptions::default() };
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        cancel.store(true, Ordering::Relaxed);
    });
    let failure = run(&script("while True: pass"), &options).expect_err("it is cancelled");
    assert_eq!((failure.class.as_str(), failure.code), ("TimeoutError", 1_200_001));
    canceller.join().expect("no panic");
}

#[test]
fn a_stopped_run_has_no_effect_on_the_next() {
    for _ in 0..3 {
        let stopped = run("'x' * 10**12", &limited(None, Some(MEMORY)));
        assert_eq!(class(&stopped), "MemoryError");
        let stopped = run(&script("while True: pass"), &limited(Some(20), None));
        assert_eq!(class(&stopped), "TimeoutError");
        assert_eq!(run("sum(range(1000))", &limited(Some(60_000), Some(MEMORY))), Ok("499500".to_owned()));
    }
}
