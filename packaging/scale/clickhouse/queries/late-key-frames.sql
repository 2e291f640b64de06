-- Viewers who waited longest for their first key frame (ms), and how far apart key frames are.
SELECT at, client, client_port, server, role, name, key_delay, key_interval
FROM streams WHERE isNotNull(key_delay) ORDER BY key_delay DESC, client, client_port LIMIT 50
