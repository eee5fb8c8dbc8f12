-- What wrk asks: a file of requests, one a line: method, path, ETag that is known or nothing, body.
-- The end of a run is told in one line: requests, microseconds, errors, bytes.

local requests, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, etag, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = { ["Host"] = "127.0.0.1", ["Accept"] = "*/*" }
    if etag ~= "" then headers["If-None-Match"] = etag end
    if body ~= "" then headers["Content-Type"] = "application/json" end
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, _, _)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("told %d %d %d %d\n", summary.requests, summary.duration, failed,
    summary.bytes))
end
