-- What ended the streams, by role, and how long they lasted (s).
SELECT role, ended, count() AS streams, round(avg(duration) / 1000, 3) AS mean_duration, sum(lost) AS lost_messages
FROM streams GROUP BY role, ended ORDER BY streams DESC, role, ended
