-- Tables for the rows of worker, for ClickHouse 18.16 and later. A shard is a partition: loading it again replaces it.
-- Columns of messages: src/export/row_columns.def; empty text and NULL: the message has none.

CREATE TABLE IF NOT EXISTS messages (
    shard String,
    time Decimal(38, 9),
    at DateTime MATERIALIZED toDateTime(toUInt32(time)),
    client String, client_port UInt16, server String, server_port UInt16,
    frame UInt32, connection UInt32, direction UInt8, stream Nullable(UInt32), name String, kind String, length UInt32,
    timestamp Nullable(UInt32), codec String, keyframe Nullable(UInt8), summary String, first_frame UInt32, type UInt8,
    stream_id Nullable(UInt32), csid UInt32, chunk_count UInt32, missing Nullable(UInt32), app String, role String,
    config Nullable(UInt8), frame_type Nullable(UInt8), composition_time Nullable(Int32), width Nullable(UInt32),
    height Nullable(UInt32), sample_rate Nullable(UInt32), channels Nullable(UInt32), command String,
    transaction_id Nullable(Float64), response_to Nullable(UInt32), response_to_name String,
    response_time Nullable(Float64), response_in Nullable(UInt32), status_level String, status_code String,
    status_description String
) ENGINE = MergeTree PARTITION BY shard ORDER BY (client, client_port, server, server_port, time);

-- time: of the first message. Rates in kbit/s, intervals, duration and key_delay in ms, drift in ms a second.
CREATE TABLE IF NOT EXISTS streams (
    shard String,
    time Decimal(38, 9),
    at DateTime MATERIALIZED toDateTime(toUInt32(time)),
    client String, client_port UInt16, server String, server_port UInt16,
    stream UInt32, role String, name String, app String, video String, video_kbits UInt32, frame_rate Float64,
    key_interval UInt32, video_drift Nullable(Float64), audio String, audio_kbits UInt32, audio_drift Nullable(Float64),
    duration UInt32, key_delay Nullable(UInt32), lost UInt32, ended String
) ENGINE = MergeTree PARTITION BY shard ORDER BY (client, client_port, server, server_port, time);

-- name: the filter name of the expert item.
CREATE TABLE IF NOT EXISTS findings (
    shard String,
    time Decimal(38, 9),
    at DateTime MATERIALIZED toDateTime(toUInt32(time)),
    client String, client_port UInt16, server String, server_port UInt16,
    direction UInt8, frame UInt32, severity String, group String, name String, message String
) ENGINE = MergeTree PARTITION BY shard ORDER BY (client, client_port, server, server_port, time);

CREATE TABLE IF NOT EXISTS so_events (
    shard String,
    time Decimal(38, 9),
    at DateTime MATERIALIZED toDateTime(toUInt32(time)),
    client String, client_port UInt16, server String, server_port UInt16,
    direction UInt8, frame UInt32, object String, version UInt32, events String
) ENGINE = MergeTree PARTITION BY shard ORDER BY (client, client_port, server, server_port, time);

-- What was loaded: the file `done` of each shard.
CREATE TABLE IF NOT EXISTS loaded (shard String, done String, number UInt64)
ENGINE = ReplacingMergeTree(number) ORDER BY shard;
