-- The kernels as a Lua program does them: kernels.lua NAME N.
local kernels = {}

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end
kernels.fib = fib

function kernels.summod(n)
  local total = 0
  for i = 0, n - 1 do total = total + i * i % 7 end
  return total
end

function kernels.sieve(n)
  local prime = {}
  for i = 0, n do prime[i] = true end
  prime[0], prime[1] = false, false
  local i = 2
  while i * i <= n do
    if prime[i] then
      for j = i * i, n, i do prime[j] = false end
    end
    i = i + 1
  end
  local count = 0
  for j = 0, n do
    if prime[j] then count = count + 1 end
  end
  return count
end

function kernels.strjoin(n)
  local pieces = {}
  for i = 0, n - 1 do pieces[#pieces + 1] = 'item-' .. i end
  return #table.concat(pieces, ',')
end

function kernels.dictcount(n)
  local counts, size = {}, 0
  for i = 0, n - 1 do
    local word = 'w' .. (i * i % 20011)
    if not counts[word] then size = size + 1 end
    counts[word] = (counts[word] or 0) + 1
  end
  return size
end

function kernels.nbody(n)
  local bodies = {
    { 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.959122e-4 },
    { 4.841431, -1.160320, -0.103622, 1.660077e-3, 7.699011e-3, -6.904600e-5, 2.825346e-7 },
    { 8.343367, 4.124799, -0.403523, -2.767425e-3, 4.998528e-3, 2.304173e-5, 8.459717e-8 },
    { 12.894370, -15.111151, -0.223308, 2.964601e-3, 2.378472e-3, -2.965896e-5, 1.292024e-8 },
    { 15.379697, -25.919315, 0.179259, 2.680678e-3, 1.628242e-3, -9.515923e-5, 1.524357e-8 },
  }
  local day = 0.5
  for _ = 1, n do
    for i = 1, 5 do
      local a = bodies[i]
      for j = i + 1, 5 do
        local b = bodies[j]
        local x, y, z = a[1] - b[1], a[2] - b[2], a[3] - b[3]
        local square = x * x + y * y + z * z
        local pull = day / (square * math.sqrt(square))
        local to_b, to_a = b[7] * pull, a[7] * pull
        a[4], a[5], a[6] = a[4] - x * to_b, a[5] - y * to_b, a[6] - z * to_b
        b[4], b[5], b[6] = b[4] + x * to_a, b[5] + y * to_a, b[6] + z * to_a
      end
    end
    for _, body in ipairs(bodies) do
      for axis = 1, 3 do body[axis] = body[axis] + day * body[axis + 3] end
    end
  end
  return math.floor(bodies[2][1] * 1e9 + 0.5)
end

print(string.format('%d', kernels[arg[1]](tonumber(arg[2]))))
