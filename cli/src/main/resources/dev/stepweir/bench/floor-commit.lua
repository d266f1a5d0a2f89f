#!lua flags=allow-oom
-- Commits a batch of finished steps and, if asked, takes the next ones in the same call.
-- KEYS[1] stream, KEYS[i + 1] run hash of item i.
-- ARGV[1] group, ARGV[2] consumer, ARGV[3] how many entries to take, 0 for none, ARGV[4] what
-- precedes the run in its key, ARGV[5] number of steps in the definition, which follows once for all
-- items; per step: its field, number of successors, and per successor: field, how many steps it waits
-- for, what its entry carries after the run. A step without successors ends its run.
-- Then per item: entry id, index of its step, result.
-- Returns {1 or 0 per item (applied or stale), what was taken}.
local call, sub = redis.call, string.sub
local stream, group, count, run_at = KEYS[1], ARGV[1], ARGV[3], #ARGV[4] + 1
local ids, ended, results, fields, outs, nexts = {}, {}, {}, {}, {}, {}
local at = 6
for s = 1, ARGV[5] do
    local field, n = ARGV[at], tonumber(ARGV[at + 1])
    local index, next = tostring(s), {}
    fields[index], outs[index], nexts[index] = field, field .. ':out', next
    at = at + 2
    for _ = 1, n do
        next[#next + 1] = ARGV[at]
        next[#next + 1] = tonumber(ARGV[at + 1])
        next[#next + 1] = ARGV[at + 2]
        at = at + 3
    end
end

for i = 2, #KEYS do
    local run, id, step, result = KEYS[i], ARGV[at], ARGV[at + 1], ARGV[at + 2]
    at = at + 3
    ids[i - 1] = id
    local field, fence = fields[step], '1@' .. id
    if call('HGET', run, field) ~= 'READY ' .. fence then
        results[i - 1] = 0
    else
        results[i - 1] = 1
        local state, out, next = 'SUCCEEDED ' .. fence, outs[step], nexts[step]
        local n = #next
        if n == 0 then
            call('HSET', run, field, state, out, result)
            ended[#ended + 1] = run
        elseif n == 3 then
            local to, needs = next[1], next[2]
            if needs == 1 or call('HINCRBY', run, to, 1) == needs then
                local entry = call('XADD', stream, '*', 's', sub(run, run_at) .. next[3])
                call('HSET', run, field, state, out, result, to, 'READY 1@' .. entry)
            else
                call('HSET', run, field, state, out, result)
            end
        else
            local id_of_run = sub(run, run_at)
            local write = {field, state, out, result}
            for k = 1, n, 3 do
                local to, needs = next[k], next[k + 1]
                if needs == 1 or call('HINCRBY', run, to, 1) == needs then
                    local entry = call('XADD', stream, '*', 's', id_of_run .. next[k + 2])
                    write[#write + 1] = to
                    write[#write + 1] = 'READY 1@' .. entry
                end
            end
            call('HSET', run, unpack(write))
        end
    end
end

if #ids > 0 then
    call('XACK', stream, group, unpack(ids))
    call('XDEL', stream, unpack(ids))
end
if #ended > 0 then call('UNLINK', unpack(ended)) end
if count == '0' then return results end
local taken = redis.pcall(
    'XREADGROUP', 'GROUP', group, ARGV[2], 'COUNT', count, 'STREAMS', stream, '>')
return {results, taken}
