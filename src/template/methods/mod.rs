//! The methods that values have: those of Java's strings, lists and maps, and of what API Gateway puts into a
//! template. What a type does not have, or not with these arguments, gives nothing.

mod list;
mod map;
mod replace;
mod string;
mod utf16;
mod util;

macro_rules! methods {
    ($($variant:ident = $text:literal,)*) => {
        /// The name of a method.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Method {
            $($variant,)*
        }

        impl Method {
            pub(super) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

methods! {
    Add = "add",
    AddAll = "addAll",
    Base64Decode = "base64Decode",
    Base64Encode = "base64Encode",
    CharAt = "charAt",
    Clear = "clear",
    Concat = "concat",
    Contains = "contains",
    ContainsKey = "containsKey",
    ContainsValue = "containsValue",
    Count = "count",
    DoubleValue = "doubleValue",
    EndsWith = "endsWith",
    EntrySet = "entrySet",
    Equals = "equals",
    EqualsIgnoreCase = "equalsIgnoreCase",
    EscapeJavaScript = "escapeJavaScript",
    Get = "get",
    GetKey = "getKey",
    GetOrDefault = "getOrDefault",
    GetValue = "getValue",
    IndexOf = "indexOf",
    IntValue = "intValue",
    IsEmpty = "isEmpty",
    Iterator = "iterator",
    Json = "json",
    KeySet = "keySet",
    LastIndexOf = "lastIndexOf",
    Length = "length",
    LongValue = "longValue",
    Matches = "matches",
    Params = "params",
    ParseDouble = "parseDouble",
    ParseInt = "parseInt",
    ParseJson = "parseJson",
    ParseLong = "parseLong",
    Path = "path",
    Put = "put",
    PutAll = "putAll",
    PutIfAbsent = "putIfAbsent",
    Remove = "remove",
    Replace = "replace",
    ReplaceAll = "replaceAll",
    ReplaceFirst = "replaceFirst",
    Set = "set",
    Size = "size",
    Split = "split",
    StartsWith = "startsWith",
    SubList = "subList",
    Substring = "substring",
    ToLowerCase = "toLowerCase",
    ToString = "toString",
    ToUpperCase = "toUpperCase",
    Trim = "trim",
    UrlDecode = "urlDecode",
    UrlEncode = "urlEncode",
    Values = "values",
}

impl Method {
    /// Whether its first argument is a regular expression.
    pub(super) fn takes_pattern(self) -> bool {
        matches!(self, Self::Matches | Self::ReplaceAll | Self::ReplaceFirst | Self::Split)
    }
}
