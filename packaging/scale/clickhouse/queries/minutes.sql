-- Load by minute: messages, media bytes, connections that sent something, errors.
SELECT toStartOfMinute(at) AS minute, count() AS messages, sumIf(length, kind IN ('audio', 'video')) AS media_bytes,
    uniqExact(client, client_port, server, server_port) AS connections, sum(status_level = 'error') AS errors
FROM messages GROUP BY minute ORDER BY minute
