-- Applications: streams published and played, the mean rate of video (kbit/s), how many names.
SELECT app, server, sum(role = 'publish') AS published, sum(role = 'play') AS played,
    round(avgIf(video_kbits, video_kbits > 0)) AS mean_video_kbits, uniqExact(name) AS names
FROM streams GROUP BY app, server ORDER BY published + played DESC, app, server LIMIT 100
