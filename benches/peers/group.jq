reduce .[] as $order ({};
  ($order.address.country | ascii_upcase) as $country
  | ([$order.items[] | select(.qty > 0) | .qty * .price] | add // 0) as $total
  | .[$country] |= {count: ((.count // 0) + 1), total: ((.total // 0) + $total)})
