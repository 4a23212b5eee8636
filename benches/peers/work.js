// The transforms as a Node program does them: work.js NAME FILE; or work.js kernel NAME N [FILE].
const fs = require('fs');

function shipment(order) {
  const { customer, address } = order;
  const lines = order.items.filter((item) => item.qty > 0).map((item) => ({
    sku: item.sku, description: item.name, quantity: item.qty, unitPrice: item.price, lineTotal: item.qty * item.price,
  }));
  return {
    orderId: order.id,
    customerName: customer.first_name + ' ' + customer.last_name,
    email: customer.email,
    shipTo: { line1: address.street, city: address.city, postalCode: address.zip, country: address.country.toUpperCase() },
    lines,
    itemCount: lines.length,
    total: lines.reduce((sum, line) => sum + line.lineTotal, 0),
  };
}

function group(orders) {
  const groups = {};
  for (const order of orders) {
    let total = 0;
    for (const item of order.items) if (item.qty > 0) total += item.qty * item.price;
    const found = (groups[order.address.country.toUpperCase()] ??= { count: 0, total: 0 });
    found.count += 1;
    found.total += total;
  }
  return groups;
}

// One record of CSV after the other, quotes undone.
function* records(text) {
  let fields = [];
  let at = 0;
  while (at < text.length) {
    let end;
    if (text[at] === '"') {
      let field = '';
      let from = at + 1;
      for (;;) {
        const close = text.indexOf('"', from);
        field += text.slice(from, close);
        from = close + 1;
        if (text[from] !== '"') break;
        field += '"';
        from += 1;
      }
      fields.push(field);
      end = from;
    } else {
      end = at;
      while (end < text.length && text[end] !== ',' && text[end] !== '\n') end += 1;
      fields.push(text.slice(at, end));
    }
    at = end + 1;
    if (text[end] !== ',') {
      yield fields;
      fields = [];
    }
  }
}

function rows(text) {
  const all = records(text);
  const names = all.next().value;
  const out = [];
  for (const fields of all) {
    const r = {};
    names.forEach((name, n) => { r[name] = fields[n]; });
    out.push({
      id: parseInt(r.id, 10), created: r.created, customer: r.customer, country: r.country, sku: r.sku,
      description: r.description, qty: parseInt(r.qty, 10), price: parseFloat(r.price), active: r.active === 'true',
    });
  }
  return out;
}

// Line by line, in pieces of the file.
function each(path) {
  const file = fs.openSync(path);
  const buffer = Buffer.allocUnsafe(1 << 16);
  const out = [];
  const decoder = new (require('string_decoder').StringDecoder)('utf8');
  let rest = '';
  for (let count; (count = fs.readSync(file, buffer)) > 0;) {
    const lines = (rest + decoder.write(buffer.subarray(0, count))).split('\n');
    rest = lines.pop();
    for (const line of lines) out.push(JSON.stringify(shipment(JSON.parse(line))));
    if (out.length > 500) {
      fs.writeSync(1, out.join('\n') + '\n');
      out.length = 0;
    }
  }
  if (out.length > 0) fs.writeSync(1, out.join('\n') + '\n');
}

// Kernels: a number for a size, and a payload where there is one.
const kernels = {
  fib: (n) => (n < 2 ? n : kernels.fib(n - 1) + kernels.fib(n - 2)),
  summod(n) {
    let total = 0;
    for (let i = 0; i < n; i += 1) total += (i * i) % 7;
    return total;
  },
  sieve(n) {
    const prime = new Array(n + 1).fill(true);
    prime[0] = prime[1] = false;
    for (let i = 2; i * i <= n; i += 1) if (prime[i]) for (let j = i * i; j <= n; j += i) prime[j] = false;
    let count = 0;
    for (const is of prime) if (is) count += 1;
    return count;
  },
  strjoin(n) {
    const pieces = [];
    for (let i = 0; i < n; i += 1) pieces.push('item-' + i);
    return pieces.join(',').length;
  },
  dictcount(n) {
    const counts = new Map();
    for (let i = 0; i < n; i += 1) {
      const word = 'w' + ((i * i) % 20011);
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return counts.size;
  },
  nbody(n) {
    const bodies = [
      [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.959122e-4],
      [4.841431, -1.160320, -0.103622, 1.660077e-3, 7.699011e-3, -6.904600e-5, 2.825346e-7],
      [8.343367, 4.124799, -0.403523, -2.767425e-3, 4.998528e-3, 2.304173e-5, 8.459717e-8],
      [12.894370, -15.111151, -0.223308, 2.964601e-3, 2.378472e-3, -2.965896e-5, 1.292024e-8],
      [15.379697, -25.919315, 0.179259, 2.680678e-3, 1.628242e-3, -9.515923e-5, 1.524357e-8],
    ];
    const day = 0.5;
    for (let step = 0; step < n; step += 1) {
      for (let i = 0; i < 5; i += 1) {
        const a = bodies[i];
        for (let j = i + 1; j < 5; j += 1) {
          const b = bodies[j];
          const x = a[0] - b[0];
          const y = a[1] - b[1];
          const z = a[2] - b[2];
          const square = x * x + y * y + z * z;
          const pull = day / (square * Math.sqrt(square));
          const toB = b[6] * pull;
          const toA = a[6] * pull;
          a[3] -= x * toB;
          a[4] -= y * toB;
          a[5] -= z * toB;
          b[3] += x * toA;
          b[4] += y * toA;
          b[5] += z * toA;
        }
      }
      for (const body of bodies) {
        body[0] += day * body[3];
        body[1] += day * body[4];
        body[2] += day * body[5];
      }
    }
    return Math.round(bodies[1][0] * 1e9);
  },
  reshape(n, order) {
    let lines = 0;
    for (let i = 0; i < n; i += 1) lines += shipment(order).itemCount;
    return lines;
  },
  condition(n, order) {
    let count = 0;
    for (let i = 0; i < n; i += 1) if (order.amount > 100 && ['CN', 'SG'].includes(order.country)) count += 1;
    return count;
  },
};

if (process.argv[2] === 'kernel') {
  const [kernel, n, file] = process.argv.slice(3);
  console.log(kernels[kernel](Number(n), file && JSON.parse(fs.readFileSync(file, 'utf8'))));
  process.exit();
}

const [name, path] = process.argv.slice(2);
const read = () => fs.readFileSync(path, 'utf8');
const write = (value) => fs.writeFileSync(1, JSON.stringify(value) + '\n');
if (name === 'reshape') write(shipment(JSON.parse(read())));
else if (name === 'reshape_all') write(JSON.parse(read()).map(shipment));
else if (name === 'group') write(group(JSON.parse(read())));
else if (name === 'csv_rows') write(rows(read()));
else if (name === 'each') each(path);
