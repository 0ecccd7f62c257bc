//! Points in time.

use std::time::{Duration, SystemTime};

/// A point in time as a message has it. Times before 1970 do not occur and become 1970.
#[must_use]
pub fn into_pb(time: SystemTime) -> prost_types::Timestamp {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    prost_types::Timestamp {
        seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(since.subsec_nanos()).expect("below 1,000,000,000"),
    }
}

/// A span of time as a message has it.
#[must_use]
pub fn span_into_pb(span: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(span.subsec_nanos()).expect("below 1,000,000,000"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_milliseconds() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_234_567_891);
        let stamp = into_pb(time);
        assert_eq!((stamp.seconds, stamp.nanos), (1_234_567, 891_000_000));
    }
}
