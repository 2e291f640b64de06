-- How long calls waited for their answer (ms), by name and server.
SELECT response_to_name AS call, server, count() AS answers, round(quantileExact(0.5)(response_time), 3) AS median,
    round(quantileExact(0.95)(response_time), 3) AS p95, round(max(response_time), 3) AS worst,
    uniqExact(client) AS clients
FROM messages WHERE isNotNull(response_time)
GROUP BY call, server ORDER BY worst DESC, call, server LIMIT 100
