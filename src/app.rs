//! The composition root: builds every part, joins them, owns start and drain.
