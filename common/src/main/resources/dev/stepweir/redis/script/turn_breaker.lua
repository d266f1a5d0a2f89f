#!lua flags=allow-oom
-- Everything that moves a circuit breaker, which is the one authority for its dependency. A breaker
-- that is closed and has nothing to remember is not stored. Each state has an epoch of its own, and
-- who acts upon a state names it: of several who do, one is right and the others are STALE.
-- key breakers       the breakers that have something to remember, by dependency
-- arg channel        where workers hear of it
-- arg most           how many breakers may be stored
-- arg dependency
-- arg event
-- arg epoch          that the caller acts upon; the one that let a call pass; or 0
-- arg count          failures that open it; the wave that the caller saw
-- arg millis         how long it stays open; how long a probe may be silent; how old is forgotten
-- arg by             who asks; the step that is the probe
-- arg why
-- ret CHANGED | UNCHANGED | STALE | FULL
--@include clock
local breakers = KEYS[1]
local channel, most, dependency, event, epoch, count, millis, by, why = unpack(ARGV)

local now = tonumber(now_millis())
local stored = redis.call('HGET', breakers, dependency)
local readable, breaker = pcall(cjson.decode, stored or '')
if not readable or type(breaker) ~= 'table' or type(breaker.epoch) ~= 'number' then
  breaker = { state = 'CLOSED', epoch = 0, failures = 0 }
end
local state, current = breaker.state, tonumber(epoch) == breaker.epoch
count, millis = tonumber(count), tonumber(millis)

local function keep(is_news)
  redis.call('HSET', breakers, dependency, cjson.encode(breaker))
  if is_news then redis.call('PUBLISH', channel, dependency) end
  return 'CHANGED'
end

local function enter(next, retry_at)
  breaker.epoch = math.max(now, breaker.epoch + 1)
  breaker.state, breaker.since, breaker.by, breaker.why = next, now, by, why
  breaker.retry_at, breaker.probe_until, breaker.prober, breaker.wave = retry_at, nil, nil, nil
  return keep(true)
end

local function forget()
  if not stored then return 'UNCHANGED' end
  redis.call('HDEL', breakers, dependency)
  redis.call('PUBLISH', channel, dependency)
  return 'CHANGED'
end

-- Acts only upon the very state that the caller saw.
local function seen(wanted) return state == wanted and current end
local on = { reset = forget }

function on.fail()
  if state == 'CLOSED' then
    breaker.failures, breaker.open_millis, breaker.since = breaker.failures + 1, millis, now
    if breaker.failures < count then return keep(breaker.failures == 1) end
    breaker.probes = 0
    return enter('OPEN', now + millis)
  end
  if seen('HALF_OPEN') or seen('RAMPING') then return enter('OPEN', now + breaker.open_millis) end
  return 'UNCHANGED'
end

function on.succeed()
  if state == 'CLOSED' then return forget() end
  return seen('HALF_OPEN') and enter('RAMPING') or 'UNCHANGED'
end

function on.trip()
  if state ~= 'CLOSED' then return 'UNCHANGED' end
  breaker.open_millis, breaker.probes = millis, 0
  return enter('OPEN', now + millis)
end

function on.admit_probe()
  if not seen('OPEN') or now < breaker.retry_at then return 'STALE' end
  breaker.probes = breaker.probes + 1
  enter('HALF_OPEN')
  breaker.probe_until = now + millis
  return keep(false)
end

-- The first step of which this is said is the probe, and it is said again and again.
function on.hold_probe()
  if not seen('HALF_OPEN') or (breaker.prober or by) ~= by then return 'STALE' end
  local is_news = not breaker.prober
  breaker.prober, breaker.probe_until = by, now + millis
  return keep(is_news)
end

function on.lapse_probe()
  if not seen('HALF_OPEN') or now < breaker.probe_until then return 'STALE' end
  return enter('OPEN', now)
end

function on.give_up_probe()
  return seen('HALF_OPEN') and enter('OPEN', now + math.min(breaker.open_millis, 1000)) or 'STALE'
end

function on.wave()
  if not seen('RAMPING') or (breaker.wave or 0) ~= count then return 'STALE' end
  breaker.wave = count + 1
  return keep(false)
end
function on.drained() return seen('RAMPING') and forget() or 'STALE' end
function on.expire() return current and now - breaker.since >= millis and forget() or 'STALE' end

function on.force_open()
  if state == 'FORCED_OPEN' then return 'UNCHANGED' end
  breaker.open_millis, breaker.probes = breaker.open_millis or millis, breaker.probes or 0
  return enter('FORCED_OPEN')
end

function on.close()
  return state ~= 'CLOSED' and state ~= 'RAMPING' and enter('RAMPING') or 'UNCHANGED'
end

local makes = event == 'fail' or event == 'trip' or event == 'force_open'
if makes and not stored and redis.call('HLEN', breakers) >= tonumber(most) then return 'FULL' end
return on[event]()
