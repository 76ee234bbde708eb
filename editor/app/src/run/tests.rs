//! Runs against a runtime that says what tests want.
