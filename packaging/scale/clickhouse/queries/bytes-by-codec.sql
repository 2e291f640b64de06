-- Messages and bytes of audio and video by codec.
SELECT kind, codec, count() AS messages, sum(length) AS bytes, uniqExact(shard, stream) AS streams
FROM messages WHERE kind IN ('audio', 'video') GROUP BY kind, codec ORDER BY bytes DESC, kind, codec
