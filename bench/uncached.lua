-- Each request is one of its own to the answers that are kept, which tell requests apart by this header too, and the same
-- work to the service. The addresses come from the file PATHS, one a line, each in its turn; without it there is one.
local paths, asked = {}, 0
if os.getenv("PATHS") then
  for path in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = path end
end
request = function()
  asked = asked + 1
  wrk.headers["Accept-Language"] = string.format("id, en;q=0.%06d", asked % 1000000)
  return wrk.format("GET", paths[asked % math.max(#paths, 1) + 1])
end
