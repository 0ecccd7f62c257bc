//! Definition to plans, plans to the snapshot that is served.
