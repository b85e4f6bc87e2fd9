-- What Lua has to do: tables, strings, closures, coroutines, floating point and its own garbage. Each part checks its
-- result; all results are written, and returned as one string. ROUNDS is how often, SIZE how much each time.

local told = {}
local function tell(...)
    local line = string.format(...)
    print(line)
    told[#told + 1] = line
end

-- Eight queens, by closures over arrays.
local function queens(n)
    local columns, rising, falling, found = {}, {}, {}, 0
    local function place(row)
        if row > n then
            found = found + 1
            return
        end
        for column = 1, n do
            if not (columns[column] or rising[row + column] or falling[row - column]) then
                columns[column], rising[row + column], falling[row - column] = true, true, true
                place(row + 1)
                columns[column], rising[row + column], falling[row - column] = nil, nil, nil
            end
        end
    end
    place(1)
    return found
end

-- Words of a made-up text, counted and sorted.
local function words(count)
    local known = { "net", "water", "ship", "wind", "sail", "harbour", "captain", "stars", "island", "anchor" }
    local pieces, state = {}, 1852
    for i = 1, count do
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        pieces[i] = known[(state >> 16) % #known + 1] .. (state >> 8) % 7
    end
    local text, times, list = table.concat(pieces, " "), {}, {}
    for word in text:gmatch("%a+%d") do
        if not times[word] then
            list[#list + 1] = word
        end
        times[word] = (times[word] or 0) + 1
    end
    table.sort(list, function(a, b)
        return times[a] > times[b] or times[a] == times[b] and a < b
    end)
    local sum = 0
    for _, word in ipairs(list) do
        sum = sum + times[word]
    end
    assert(sum == count, "each word is counted")
    local swapped = text:gsub("(%a+)(%d)", "%2%1")
    assert(#swapped == #text and swapped:gsub("(%d)(%a+)", "%2%1") == text, "swapped twice")
    return list[1] .. "=" .. times[list[1]] .. " " .. list[#list] .. "=" .. times[list[#list]]
end

-- Points around a mass by Verlet's method: floating point, in software on this machine.
local function orbit(steps)
    local x, y, vx, vy, dt = 1.0, 0.0, 0.0, 1.0, 1 / 64
    for _ = 1, steps do
        local r3 = (x * x + y * y) ^ 1.5
        vx, vy = vx - dt / 2 * x / r3, vy - dt / 2 * y / r3
        x, y = x + dt * vx, y + dt * vy
        r3 = (x * x + y * y) ^ 1.5
        vx, vy = vx - dt / 2 * x / r3, vy - dt / 2 * y / r3
    end
    local energy = (vx * vx + vy * vy) / 2 - 1 / math.sqrt(x * x + y * y)
    assert(math.abs(energy + 0.5) < 1e-3, "energy is kept")
    return energy
end

-- Primes by a chain of coroutines, each of which strains out the multiples of one.
local function primes(count)
    local function numbers()
        return coroutine.wrap(function()
            local n = 2
            while true do
                coroutine.yield(n)
                n = n + 1
            end
        end)
    end
    local function strain(source, prime)
        return coroutine.wrap(function()
            while true do
                local n = source()
                if n % prime ~= 0 then
                    coroutine.yield(n)
                end
            end
        end)
    end
    local source, prime = numbers(), nil
    for _ = 1, count do
        prime = source()
        source = strain(source, prime)
    end
    return prime
end

-- Objects with a metatable: rational numbers; the sum of 1/(n(n+1)) is n/(n+1).
local Rational = {}
Rational.__index = Rational
local function rational(n, d)
    local a, b = n, d
    while b ~= 0 do
        a, b = b, a % b
    end
    return setmetatable({ n = n // a, d = d // a }, Rational)
end
Rational.__add = function(p, q)
    return rational(p.n * q.d + q.n * p.d, p.d * q.d)
end
Rational.__tostring = function(p)
    return p.n .. "/" .. p.d
end
local function series(terms)
    local sum = rational(0, 1)
    for n = 1, terms do
        sum = sum + rational(1, n * (n + 1))
    end
    assert(sum.n == terms and sum.d == terms + 1, "the series")
    return tostring(sum)
end

for round = 1, ROUNDS do
    local n = queens(6)
    assert(n == 4, "six queens")
    tell("round %d: queens %d, words %s, energy %.12f, prime %d, series %s", round, n, words((20 + round) * SIZE),
        orbit(4 * SIZE), primes(2 * SIZE), series(10 * SIZE))
end
return table.concat(told, "\n")
