-- Each thread is a client that changes a record of its own, from the version that it saw last. IDS are the records.
local threads = 0
function setup(thread)
  threads = threads + 1
  local at = 0
  for id, version in string.gmatch(os.getenv("IDS"), "(%S+) (%S+)") do
    at = at + 1
    if at == threads then
      thread:set("id", id)
      thread:set("version", version)
    end
  end
end
wrk.method = "PATCH"
wrk.headers["Content-Type"] = "application/merge-patch+json"
local changed = 0
request = function()
  changed = changed + 1
  wrk.headers["If-Match"] = version
  return wrk.format(nil, "/v1/institutions/" .. id, nil, string.format('{"address":{"street":"Jl. Contoh No. %d"}}', changed))
end
response = function(status, headers)
  for name, value in pairs(headers) do
    if string.lower(name) == "etag" then version = value end
  end
end
