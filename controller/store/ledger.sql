-- The ledger: append-only, each row carries the hash of the one before. Hash: sha256 of the canonical JSON of
-- [prev, seq, epoch_s, mono_s, boot, trusted, kind, subject, payload]; prev of row 1 is 64 zeros.
CREATE TABLE ledger (
  seq     INTEGER PRIMARY KEY,
  epoch_s REAL    NOT NULL,   -- POSIX seconds of the wall clock, UTC
  mono_s  REAL    NOT NULL,   -- monotonic seconds, comparable within one boot
  boot    TEXT    NOT NULL,
  trusted INTEGER NOT NULL CHECK (trusted IN (0, 1)),
  kind    TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  payload TEXT    NOT NULL,   -- canonical JSON: the reason and the figures
  prev    TEXT    NOT NULL,
  hash    TEXT    NOT NULL
) STRICT;

CREATE INDEX ledger_days ON ledger (epoch_s) WHERE kind = 'day';

-- One row, replaced: everything the controller remembers between cycles. seq: the ledger's head when it was saved.
CREATE TABLE state (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  seq     INTEGER NOT NULL,
  epoch_s REAL    NOT NULL,
  mono_s  REAL    NOT NULL,
  boot    TEXT    NOT NULL,
  trusted INTEGER NOT NULL,
  state   TEXT    NOT NULL
) STRICT;

CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no row is ever changed'); END;

CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no row is ever deleted'); END;

-- Also refuses INSERT OR REPLACE, which would delete without firing the trigger above.
CREATE TRIGGER ledger_in_order BEFORE INSERT ON ledger
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
  OR NEW.prev IS NOT coalesce((SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), printf('%064d', 0))
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: a row follows the last one and carries its hash'); END;
