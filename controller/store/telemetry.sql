-- The telemetry queue. Sinks are cursors over points.seq; points are removed only by thinning the oldest.
CREATE TABLE series (
  id          INTEGER PRIMARY KEY,
  key         TEXT NOT NULL UNIQUE,   -- measurement and tags as line protocol
  measurement TEXT NOT NULL,
  tags        TEXT NOT NULL           -- JSON object
) STRICT;

CREATE TABLE boots (
  id        INTEGER PRIMARY KEY,
  boot      TEXT NOT NULL UNIQUE,
  offset_ms INTEGER                   -- wall minus monotonic clock, learned when the wall clock was first trusted
) STRICT;

CREATE TABLE points (
  seq      INTEGER PRIMARY KEY,
  series   INTEGER NOT NULL,
  epoch_ms INTEGER NOT NULL,          -- UTC; corrected by the boot's offset where trusted is 0
  mono_ms  INTEGER NOT NULL,
  boot     INTEGER NOT NULL,
  trusted  INTEGER NOT NULL,          -- 0: measured before the wall clock was trusted
  fields   TEXT NOT NULL              -- line protocol
) STRICT;

-- Measured before the wall clock was trusted, and not yet corrected.
CREATE TABLE held (
  id       INTEGER PRIMARY KEY,
  series   INTEGER NOT NULL,
  epoch_ms INTEGER NOT NULL,
  mono_ms  INTEGER NOT NULL,
  boot     INTEGER NOT NULL,
  fields   TEXT NOT NULL
) STRICT;

CREATE TABLE sinks (
  name     TEXT PRIMARY KEY,
  progress TEXT NOT NULL              -- JSON [done, [[first, last], ...]]: settled up to done, and these ranges above it
) STRICT, WITHOUT ROWID;

-- Dead letters: what a server refused for good, with its own words.
CREATE TABLE rejects (
  sink   TEXT NOT NULL,
  seq    INTEGER NOT NULL,
  line   TEXT NOT NULL,
  status INTEGER NOT NULL,
  words  TEXT NOT NULL,
  PRIMARY KEY (sink, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
