"""The transforms as a Python program does them: work.py NAME FILE.

`work.py script SCRIPT KERNEL N [FILE]` runs a script of Dataway as it stands: it is Python.
"""
import csv
import json
import math
import sys
import types


def shipment(order):
    customer, address = order['customer'], order['address']
    lines = [{'sku': item['sku'], 'description': item['name'], 'quantity': item['qty'], 'unitPrice': item['price'],
              'lineTotal': item['qty'] * item['price']} for item in order['items'] if item['qty'] > 0]
    return {'orderId': order['id'], 'customerName': customer['first_name'] + ' ' + customer['last_name'],
            'email': customer['email'],
            'shipTo': {'line1': address['street'], 'city': address['city'], 'postalCode': address['zip'],
                       'country': address['country'].upper()},
            'lines': lines, 'itemCount': len(lines), 'total': sum([line['lineTotal'] for line in lines])}


def group(orders):
    groups = {}
    for order in orders:
        total = sum(item['qty'] * item['price'] for item in order['items'] if item['qty'] > 0)
        found = groups.setdefault(order['address']['country'].upper(), {'count': 0, 'total': 0.0})
        found['count'] += 1
        found['total'] += total
    return groups


def row(r):
    return {'id': int(r['id']), 'created': r['created'], 'customer': r['customer'], 'country': r['country'],
            'sku': r['sku'], 'description': r['description'], 'qty': int(r['qty']), 'price': float(r['price']),
            'active': r['active'] == 'true'}


def script(path, kernel, n, payload=None):
    names = {'math': math}
    with open(path, encoding='utf-8') as file:
        exec(compile(file.read(), path, 'exec'), names)
    if payload is not None:
        with open(payload, encoding='utf-8') as file:
            payload = json.load(file)
    print(names['dw_process'](types.SimpleNamespace(payload=payload, vars={'kernel': kernel, 'n': int(n)})))


def main(name, path, *more):
    if name == 'script':
        return script(path, *more)
    dump = lambda value: json.dumps(value, separators=(',', ':'), ensure_ascii=False)
    with open(path, encoding='utf-8', newline='') as file:
        if name == 'reshape':
            print(dump(shipment(json.load(file))))
        elif name == 'reshape_all':
            print(dump([shipment(order) for order in json.load(file)]))
        elif name == 'group':
            print(dump(group(json.load(file))))
        elif name == 'each':
            for line in file:
                print(dump(shipment(json.loads(line))))
        elif name == 'csv_rows':
            print(dump([row(r) for r in csv.DictReader(file)]))


main(*sys.argv[1:])
