//! What holds for every template.

use proptest::prelude::*;

use super::Request;
use crate::template::{Budget, Overrides, Template};

/// Pieces that templates are made of, in no sensible order.
fn soup() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "$",
        "#",
        "\\",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "'",
        ".",
        ",",
        ":",
        "!",
        "=",
        " ",
        "\n",
        "..",
        "&&",
        "+",
        "-",
        "*",
        "/",
        "%",
        "<",
        "==",
        "not ",
        " in ",
        " or ",
        "1",
        "0",
        "-2",
        ".5",
        "1e9",
        "9223372036854775807",
        "true",
        "null",
        "$x",
        "$y",
        "${x}",
        "$!{y}",
        "$x.y",
        "$x[0]",
        "$x[$y]",
        "$x.add($x)",
        "$x.put('a', $x)",
        "$x.size()",
        "$x.keySet()",
        "$foreach.index",
        "$input.body",
        "$input.path('$')",
        "$input.json('$.user')",
        "$input.params()",
        "$context",
        "$context.identity",
        "$util.parseJson($x)",
        "$util.escapeJavaScript(\"$x\")",
        "$x.replaceAll('a', \"$y\")",
        "$x.substring(1)",
        "$x.split(',')",
        "#set($x = ",
        "#set($y = $x)",
        "#set($x = [])",
        "#set($x = {})",
        "#set($x = $x + \"$y\")",
        "#set($context.responseOverride.header.a = $x)",
        "#set($x = $input.path('$'))",
        "#set($x.y = $x)",
        "#if(",
        "#if($x)",
        "#elseif($y)",
        "#else",
        "#{else}",
        "#end",
        "#foreach($x in $y)",
        "#foreach($y in [1..999])",
        "#define($x)",
        "#macro(m)",
        "#break",
        "#stop",
        "##",
        "#*",
        "*#",
        "#[[",
        "]]#",
        "é😀",
        "text",
    ]);
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn it_never_panics_and_always_ends(template in soup()) {
        if let Ok(template) = Template::parse(&template) {
            let budget = Budget { steps: 20_000, output_bytes: 100_000, ..Budget::default() };
            let mut overrides = Overrides::default();
            let request = Request::full();
            if let Ok(text) = template.render(&request, &mut overrides, &budget) {
                prop_assert!(text.len() <= budget.output_bytes);
                if let Some(constant) = template.constant() {
                    prop_assert_eq!(constant, text.as_str());
                }
            }
            let _ = template.render(&request, &mut overrides, &budget);
        }
    }

    #[test]
    fn what_holds_neither_sign_is_constant(text in "[^$#]{0,40}") {
        let template = Template::parse(&text).expect("it parses");
        prop_assert_eq!(template.constant(), Some(text.as_str()));
    }

    #[test]
    fn every_text_can_be_quoted(text in "[^$#\\\\]{0,20}") {
        let quoted = text.replace('"', "\"\"");
        prop_assert_eq!(Request::default().render(&format!("#set($s = \"{quoted}\")$s")), Ok(text));
    }

    #[test]
    fn a_body_is_the_same_json_again(numbers in prop::collection::vec(any::<i64>(), 0..8), text in ".{0,12}") {
        let body = serde_json::json!({ "numbers": numbers, "text": text, "double": 0.1 }).to_string();
        let again = Request::with_body(&body).render("$input.json('$')").expect("it renders");
        let [before, after] = [&body, &again].map(|text| serde_json::from_str::<serde_json::Value>(text).ok());
        prop_assert_eq!(before, after);
    }
}
