-- Each request is one of its own to the answers that are kept, which tell requests apart by this header too, and the same
-- work to the service.
local asked = 0
request = function()
  asked = asked + 1
  wrk.headers["Accept-Language"] = string.format("id, en;q=0.%06d", asked % 1000000)
  return wrk.format("GET")
end
