-- Minutes without audio and video of running streams, in pauses of 2 s or more, by who sends: clients publish, servers play out.
SELECT peer, sum(arrayCount(gap -> gap >= 2, gaps)) AS stalls, round(sum(arraySum(arrayFilter(gap -> gap >= 2, gaps))) / 60, 3) AS minutes,
    round(max(arrayReduce('max', gaps)), 3) AS longest_seconds
FROM (
    SELECT if(any(direction) = 0, client, server) AS peer, arrayDifference(arraySort(groupArray(toFloat64(time)))) AS gaps
    FROM messages WHERE kind IN ('audio', 'video') AND isNotNull(stream)
    GROUP BY shard, client, client_port, server, server_port, stream
)
GROUP BY peer HAVING stalls > 0 ORDER BY minutes DESC, peer LIMIT 100
