#!lua
-- Stores runs whose first step is ready, and publishes that step.
-- KEYS[1] stream, KEYS[i + 1] hash of run i; ARGV[i] entry of run i's first step.
local call = redis.call
local stream = KEYS[1]
for i = 2, #KEYS do
    local id = call('XADD', stream, '*', 's', ARGV[i - 1])
    call('HSET', KEYS[i], 'state', 'RUNNING', 's0', 'READY 1@' .. id)
end
return #KEYS - 1
