//! Metrics, log set-up and health: the ground, where anyone may count. Imports nothing of ours.
