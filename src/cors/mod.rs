//! Cross-origin resource sharing: a file per header, the plan of `EnableCors`, and a browser's verdict.
