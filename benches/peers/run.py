#!/usr/bin/env python3
"""The same transforms in Dataway and in whatever else is installed here, side by side.

    cargo build --release && python3 benches/peers/run.py [FOLDER] [--rounds N]

FOLDER keeps the payloads (made when they are missing; default: a folder of the system's for temporary files). Every figure is
the least processor time, user and system, of a whole process over the rounds, so start-up and reading the file count; from that
of a kernel, which computes again and again on what it has, the time of `start` is taken away.
Outputs are compared by value before anything is measured. A peer that is not installed is left out.
"""
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SCRIPTS = os.path.join(ROOT, 'benches', 'scripts')
DATAWAY = os.path.join(ROOT, 'target', 'release', 'dataway')
SIZE = 20 << 20

# Works that compute on what they have, with the size at which they are measured: a second or less.
KERNELS = {'reshape': 1000000, 'condition': 20000000, 'fib': 32, 'summod': 10000000, 'sieve': 5000000, 'nbody': 500000,
           'strjoin': 1000000, 'dictcount': 2000000}
# Those of them whose payload is an order.
ON_A_VALUE = ['reshape', 'condition']


def order(dice, number):
    """One order of about a kilobyte."""
    first = dice.choice(['Mei', 'Ana', 'José', 'Wei', 'Sven'])
    last = dice.choice(['Wang', 'García', 'Tan', 'Dupont', 'Smith'])
    city, country = dice.choice([('Singapore', 'sg'), ('Bremen', 'de'), ('Lyon', 'fr'), ('Austin', 'us')])
    goods = ['Gasket M8', 'Lamp, warm', 'Valve "HD"', 'Cable 2 m', 'Bolt set']
    items = [{'sku': 'SKU-%05d' % dice.randrange(100000), 'name': dice.choice(goods), 'qty': dice.randrange(7),
              'price': dice.randrange(4, 800) * 0.25} for _ in range(8)]
    return {'id': 'ORD-%07d' % number, 'created': '2025-03-04T05:06:07Z', 'channel': 'web', 'currency': 'USD',
            'amount': dice.randrange(40, 4000) * 0.25, 'country': country.upper(),
            'customer': {'id': dice.randrange(10 ** 6), 'first_name': first, 'last_name': last,
                         'email': last.lower() + '@example.com', 'vip': dice.random() < 0.2},
            'address': {'street': '%d Harbour Road' % dice.randrange(300), 'city': city,
                        'zip': '%06d' % dice.randrange(10 ** 6), 'country': country},
            'reference': 'PO-%08d' % dice.randrange(10 ** 8), 'phone': '+65 %08d' % dice.randrange(10 ** 8),
            'notes': 'Please leave the parcel at the front desk and ring twice; the invoice goes to accounts.',
            'items': items}


def payloads(folder):
    """Makes the payloads that are missing."""
    dice = random.Random(7)
    dump = lambda value: json.dumps(value, separators=(',', ':'), ensure_ascii=False)
    paths = {name: os.path.join(folder, name) for name in ['order.json', 'orders.json', 'orders.ndjson', 'rows.csv']}
    if all(os.path.exists(path) for path in paths.values()):
        return paths
    lines, size = [], 0
    while size < SIZE:
        lines.append(dump(order(dice, len(lines) + 1)))
        size += len(lines[-1].encode())
    texts = {'order.json': lines[0], 'orders.json': '[' + ','.join(lines) + ']', 'orders.ndjson': '\n'.join(lines) + '\n'}
    rows = ['id,created,customer,country,sku,description,qty,price,active']
    while len(rows) * 75 < SIZE:
        rows.append('%d,2025-03-04,%s,SG,SKU-%05d,%s,%d,%s,%s' % (
            len(rows), dice.choice(['Mei Tan', 'Ana García']), dice.randrange(100000),
            dice.choice(['Gasket M8', '"Lamp, warm"', '"Valve ""HD"""']), dice.randrange(50),
            dice.randrange(4, 800) * 0.25, dice.choice(['true', 'false'])))
    texts['rows.csv'] = '\n'.join(rows) + '\n'
    for name, text in texts.items():
        with open(paths[name], 'w', encoding='utf-8', newline='') as file:
            file.write(text)
    return paths


def commands(files):
    """For each work the command of each peer, as far as it is installed."""
    installed = {name: shutil.which(name) for name in ['python3', 'pypy3', 'node', 'jq', 'jaq', 'gojq', 'luajit']}
    peer = lambda name: os.path.join(HERE, name)
    works = {
        'start': ('order.json', None),
        'reshape 1 KB': ('order.json', 'reshape'),
        'reshape 20 MB': ('orders.json', 'reshape_all'),
        'group 20 MB': ('orders.json', 'group'),
        'each of 20 MB': ('orders.ndjson', 'each'),
        'rows 20 MB': ('rows.csv', 'csv_rows'),
    }
    table = {}
    for work, (payload, name) in works.items():
        row = {}
        script = os.path.join(SCRIPTS, {'each': 'reshape'}.get(name, name or '') + '.dw')
        own = [DATAWAY, 'eval', script, '--payload', files[payload]]
        row['dataway'] = [DATAWAY, 'eval', '-e', '1'] if name is None else own + ['--each'] * (name == 'each')
        for peer_name in ['python3', 'pypy3']:
            if installed[peer_name]:
                row[peer_name] = [installed[peer_name], peer('work.py'), name or 'nothing', files[payload]]
        if installed['node']:
            row['node'] = [installed['node'], peer('work.js'), name or 'nothing', files[payload]]
        for peer_name in ['jq', 'jaq', 'gojq']:
            if installed[peer_name] and name != 'csv_rows':
                program = peer('nothing.jq') if name is None else peer({'each': 'reshape'}.get(name, name) + '.jq')
                row[peer_name] = [installed[peer_name], '-c', '-f', program, files[payload]]
        table[work] = row
    for kernel, n in KERNELS.items():
        script = os.path.join(SCRIPTS, 'again.dw' if kernel in ON_A_VALUE else 'kernels.dw')
        payload = [files['order.json']] if kernel in ON_A_VALUE else []
        variables = json.dumps({'kernel': kernel, 'n': n})
        row = {'dataway': [DATAWAY, 'eval', script, '--vars', variables]}
        row['dataway'] += ['--decode', '--payload'] * len(payload) + payload
        for peer_name in ['python3', 'pypy3']:
            if installed[peer_name]:
                row[peer_name] = [installed[peer_name], peer('work.py'), 'script', script, kernel, str(n)] + payload
        if installed['node']:
            row['node'] = [installed['node'], peer('work.js'), 'kernel', kernel, str(n)] + payload
        if installed['luajit'] and kernel not in ON_A_VALUE:
            row['luajit'] = [installed['luajit'], peer('kernels.lua'), kernel, str(n)]
        table[kernel] = row
    table['start'].update({'luajit': [installed['luajit'], '-e', 'print(1)']} if installed['luajit'] else {})
    return table


def output(command):
    return subprocess.run(command, check=True, capture_output=True).stdout


def value(text):
    """The value of an output: one JSON text, or one for each line."""
    lines = text.decode().splitlines()
    return [json.loads(line) for line in lines]


def same(a, b):
    """Equality in which 1 and 1.0 are the same, and floats may differ in their last digits."""
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b or abs(a - b) <= 1e-9 * max(abs(a), abs(b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def processor_time(command):
    """Seconds of processor time of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main():
    arguments = sys.argv[1:]
    rounds = 5
    if '--rounds' in arguments:
        at = arguments.index('--rounds')
        rounds = int(arguments[at + 1])
        del arguments[at:at + 2]
    folder = arguments[0] if arguments else os.path.join(tempfile.gettempdir(), 'dataway-peers')
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(DATAWAY):
        sys.exit('build the command first: cargo build --release')
    table = commands(payloads(folder))
    peers = list(dict.fromkeys(peer for row in table.values() for peer in row))
    for work, row in table.items():
        if work == 'start':
            continue
        expected = value(output(row['dataway']))
        for peer, command in row.items():
            if not same(value(output(command)), expected):
                sys.exit(f'{peer} gives something else for {work}')
    print('%-16s %12s' % ('', 'dataway') + ''.join('%12s' % peer for peer in peers[1:]))
    start = {}
    for work, row in table.items():
        # One after the other in every round, so that all see the same moods of the machine.
        times = {peer: [] for peer in row}
        for _ in range(rounds):
            for peer, command in row.items():
                times[peer].append(processor_time(command))
        least = {peer: min(times[peer]) for peer in row}
        if work == 'start':
            start = least
        elif work in KERNELS:
            least = {peer: least[peer] - start[peer] for peer in row}
        own = max(least['dataway'], 1e-6)
        shown = '%-16s %9.1f ms' % (work, own * 1000)
        print(shown + ''.join('%11.1fx' % (least[peer] / own) if peer in row else '%12s' % '' for peer in peers[1:]))


main()
