//! Reports as text, one renderer per format.
