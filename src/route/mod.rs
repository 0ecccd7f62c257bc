//! Which resource and method answer a path and a verb, and which stage answers a host.
