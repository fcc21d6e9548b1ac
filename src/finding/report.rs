//! Findings with severity, line, column and pointer, sorted.
