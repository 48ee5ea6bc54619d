-- Clients as people have them: each waits one to nine milliseconds before it asks again. Fifty of them leave the machine
-- time, so that how long an answer takes is told and not how long the processor's queue is.
delay = function()
  return math.random(1, 9)
end
