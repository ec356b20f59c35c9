-- Files, identified by their canonical path.
CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY,
    place BLOB NOT NULL UNIQUE,
    path TEXT NOT NULL,                      -- as given, for display
    stem TEXT NOT NULL UNIQUE COLLATE NOCASE, -- of its results, below the output folder
    size INTEGER,                            -- bytes, when its pages were counted
    modified INTEGER,                        -- nanoseconds since 1970
    sha256 TEXT,                             -- null until its pages are counted, and after it changed
    pages INTEGER,
    stale TEXT NOT NULL DEFAULT '[]'         -- JSON: results of its version before it changed
);
-- Configuration fingerprints.
CREATE TABLE IF NOT EXISTS makings (
    id INTEGER PRIMARY KEY,
    reading TEXT NOT NULL,                   -- hash of version, engine and most settings
    stamps TEXT NOT NULL,                    -- hash of [stamps], which affects pages with stamps
    scan TEXT NOT NULL,                      -- hash of [scan], which affects the accepted inputs
    models TEXT NOT NULL,                    -- names and SHA-256
    UNIQUE (reading, stamps, scan, models)
);
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY,
    began REAL NOT NULL,                     -- seconds since 1970
    touched REAL NOT NULL,                   -- time of the last update
    ended REAL,                              -- null while it runs and if it was killed
    how TEXT                                 -- finished, stopped, too-many-failures, broken
);
-- Pages. Page 0 is a file whose pages are not counted.
CREATE TABLE IF NOT EXISTS pages (
    file INTEGER NOT NULL REFERENCES files (id),
    page INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    making INTEGER REFERENCES makings (id),
    run INTEGER REFERENCES runs (id),
    finished REAL,
    formats TEXT,                            -- written formats, comma-separated
    results TEXT,                            -- JSON: paths of the results
    kept INTEGER,
    lines INTEGER, characters INTEGER, doubtful INTEGER, confidence REAL, warnings INTEGER, stamps INTEGER,
    little_text INTEGER NOT NULL DEFAULT 0,  -- whether it has ink but hardly any text
    seconds REAL,
    seconds_by TEXT,                         -- JSON: seconds by step
    stage TEXT,                              -- stage of a failure
    cause TEXT,
    PRIMARY KEY (file, page)
) WITHOUT ROWID;
-- Documents of all pages of a file. Without a row, the document is written if one is requested.
CREATE TABLE IF NOT EXISTS documents (
    file INTEGER PRIMARY KEY REFERENCES files (id),
    name TEXT,                               -- of the document, below the output folder; null if it could not be written
    finished REAL NOT NULL,
    stage TEXT,                              -- stage of a failure
    cause TEXT
);
CREATE INDEX IF NOT EXISTS pages_by_state ON pages (state, finished);
