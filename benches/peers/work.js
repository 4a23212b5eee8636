// The transforms as a Node program does them: work.js NAME FILE.
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

const [name, path] = process.argv.slice(2);
const read = () => fs.readFileSync(path, 'utf8');
const write = (value) => fs.writeFileSync(1, JSON.stringify(value) + '\n');
if (name === 'reshape') write(shipment(JSON.parse(read())));
else if (name === 'reshape_all') write(JSON.parse(read()).map(shipment));
else if (name === 'group') write(group(JSON.parse(read())));
else if (name === 'csv_rows') write(rows(read()));
else if (name === 'each') each(path);
