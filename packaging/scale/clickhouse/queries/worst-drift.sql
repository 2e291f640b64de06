-- Streams whose media come ever later (or, negative, earlier) than their timestamps say: ms a second, and all in all (s).
SELECT at, client, client_port, server, role, name, video_drift, audio_drift,
    if(abs(ifNull(video_drift, 0)) > abs(ifNull(audio_drift, 0)), ifNull(video_drift, 0), ifNull(audio_drift, 0)) AS worst,
    round(worst * duration / 1000000, 3) AS seconds
FROM streams WHERE isNotNull(video_drift) OR isNotNull(audio_drift)
ORDER BY abs(worst) DESC, client, client_port LIMIT 50
