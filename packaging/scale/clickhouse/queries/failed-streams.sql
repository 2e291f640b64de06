-- Publishes, plays and connects that failed, by the server's reason.
SELECT status_code, status_description, count() AS times, uniqExact(client) AS clients, min(at) AS first, max(at) AS last,
    min(name) AS example
FROM messages WHERE status_level = 'error'
GROUP BY status_code, status_description ORDER BY times DESC, status_code, status_description LIMIT 100
