-- Findings by cause: how often, on how many connections, since when.
SELECT severity, name, message, count() AS times, uniqExact(client, client_port, server, server_port) AS connections,
    min(at) AS first, max(at) AS last
FROM findings GROUP BY severity, name, message
ORDER BY transform(severity, ['Error', 'Warning', 'Note', 'Chat'], [0, 1, 2, 3], 4), times DESC, name, message
