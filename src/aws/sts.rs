//! STS's `GetCallerIdentity` (query protocol), which clients ask before anything else. No other call of STS is answered.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use percent_encoding::percent_decode_str;

use super::Body;
use super::serve::{caller, response};
use super::signature::Signed;
use crate::model::Partition;

const XML: HeaderValue = HeaderValue::from_static("text/xml");
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Answers a form that was posted to `/`.
pub(super) fn answer(form: &[u8], partition: &Partition, signed: &Signed, id: &str) -> Response<Body> {
    let form = String::from_utf8_lossy(form);
    let action = form.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default();
    let action = percent_decode_str(action).decode_utf8_lossy();
    if action == "GetCallerIdentity" {
        let account = partition.account;
        let text = format!(
            "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\"><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::{account}:root</Arn><UserId>{}</UserId><Account>{account}</Account>\
             </GetCallerIdentityResult><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata>\
             </GetCallerIdentityResponse>",
            escaped(caller(signed))
        );
        return response(StatusCode::OK, Bytes::from(text), XML, id);
    }
    let text = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>InvalidAction</Code>\
         <Message>Could not find operation {}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
        escaped(&action)
    );
    response(StatusCode::BAD_REQUEST, Bytes::from(text), XML, id)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
