-- A file, by where it lies.
CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY,
    place BLOB NOT NULL UNIQUE,
    path TEXT NOT NULL,                      -- as given, for people
    stem TEXT NOT NULL UNIQUE COLLATE NOCASE, -- of its results, below the folder
    size INTEGER,                            -- bytes, when its pages were counted
    modified INTEGER,                        -- nanoseconds since 1970
    sha256 TEXT,                             -- null until its pages are counted, and after it has changed
    pages INTEGER,
    stale TEXT NOT NULL DEFAULT '[]'         -- JSON: results of what it was before it changed
);
-- What decides how a page is read.
CREATE TABLE IF NOT EXISTS makings (
    id INTEGER PRIMARY KEY,
    reading TEXT NOT NULL,                   -- hash of software, engine and most settings
    stamps TEXT NOT NULL,                    -- hash of the settings that touch pages with stamps alone
    scan TEXT NOT NULL,                      -- hash of the settings that touch what is accepted
    models TEXT NOT NULL,                    -- names and SHA-256
    UNIQUE (reading, stamps, scan, models)
);
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY,
    began REAL NOT NULL,                     -- seconds since 1970
    touched REAL NOT NULL,                   -- when it last recorded something
    ended REAL,                              -- null while it runs, and where it was killed
    how TEXT                                 -- finished, stopped, too-many-failures, broken
);
-- A page; page 0 is a file whose pages are not counted.
CREATE TABLE IF NOT EXISTS pages (
    file INTEGER NOT NULL REFERENCES files (id),
    page INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    making INTEGER REFERENCES makings (id),
    run INTEGER REFERENCES runs (id),
    finished REAL,
    formats TEXT,                            -- that were written, by commas
    results TEXT,                            -- JSON: their paths
    kept INTEGER,
    lines INTEGER, characters INTEGER, doubtful INTEGER, confidence REAL, warnings INTEGER, stamps INTEGER,
    little_text INTEGER NOT NULL DEFAULT 0,  -- whether it has ink, and hardly any text was read
    seconds REAL,
    seconds_by TEXT,                         -- JSON: seconds by what took them
    stage TEXT,                              -- of a failure
    cause TEXT,
    PRIMARY KEY (file, page)
) WITHOUT ROWID;
-- The document of all pages of a file. None: it is to be made, as far as one is wanted.
CREATE TABLE IF NOT EXISTS documents (
    file INTEGER PRIMARY KEY REFERENCES files (id),
    name TEXT,                               -- of the document, below the folder; null where it could not be made
    finished REAL NOT NULL,
    stage TEXT,                              -- of a failure
    cause TEXT
);
CREATE INDEX IF NOT EXISTS pages_by_state ON pages (state, finished);
