-- SharedObjects: clients, messages in each direction, the highest version, when it last changed.
SELECT object, server, uniqExact(client, client_port) AS connections, sum(direction = 0) AS requests,
    sum(direction = 1) AS updates, max(version) AS highest_version, max(at) AS last
FROM so_events GROUP BY object, server ORDER BY connections DESC, object, server LIMIT 100
