//! Mapping expressions and selection patterns.
