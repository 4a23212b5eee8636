[.items[] | select(.qty > 0) | {sku, description: .name, quantity: .qty, unitPrice: .price, lineTotal: (.qty * .price)}] as $lines
| {orderId: .id, customerName: (.customer.first_name + " " + .customer.last_name), email: .customer.email,
   shipTo: {line1: .address.street, city: .address.city, postalCode: .address.zip, country: (.address.country | ascii_upcase)},
   lines: $lines, itemCount: ($lines | length), total: ([$lines[].lineTotal] | add // 0)}
