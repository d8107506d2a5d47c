use proptest::prelude::*;

use super::*;

/// The tree in brackets, so that precedence can be read.
fn shown(rule: &Rule, node: &Node) -> String {
    let many = |nodes: &[Node], joint: &str| {
        let parts: Vec<String> = nodes.iter().map(|node| shown(rule, node)).collect();
        format!("({})", parts.join(joint))
    };
    match node {
        Node::Term(term) => rule.terms[*term].shown.clone(),
        Node::Near { left, right, words } => {
            format!("({} ~{words} {})", shown(rule, left), shown(rule, right))
        }
        Node::Not(node) => format!("!{}", shown(rule, node)),
        Node::And(nodes) => many(nodes, " & "),
        Node::Or(nodes) => many(nodes, " | "),
    }
}

fn tree(text: &str) -> String {
    let rule = Rule::parse(text).unwrap();
    shown(&rule, &rule.root)
}

#[test]
fn near_binds_tighter_than_not_than_and_than_or() {
    for (text, expected) in [
        ("a OR b AND c", "(a | (b & c))"),
        ("(a OR b) AND c", "((a | b) & c)"),
        ("a AND NOT b NEAR/3 c OR d", "((a & !(b ~3 c)) | d)"),
        ("a NOT b", "(a & !b)"),
        ("a AND b AND c", "(a & b & c)"),
        ("a NEAR/2 b NEAR/4 c", "((a ~2 b) ~4 c)"),
        ("(a OR \"b c\") NEAR/5 d", "((a | b c) ~5 d)"),
        ("“Vladimir Putin” OR title:„a b” OR lang:en", "(Vladimir Putin | title:„a b” | lang:en)"),
        ("(Trump AND Putin) OR Anchorage", "((Trump & Putin) | Anchorage)"),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
}

#[test]
fn terms_are_listed_once_as_written_and_negated_ones_are_marked() {
    let rule =
        Rule::parse("(Trump AND Putin) OR (Anchorage AND Trump) AND NOT (golf OR person:\"A B\")")
            .unwrap();
    let terms: Vec<_> =
        rule.terms.iter().map(|term| (term.shown.as_str(), term.is_negated)).collect();
    assert_eq!(
        terms,
        [
            ("Trump", false),
            ("Putin", false),
            ("Anchorage", false),
            ("golf", true),
            ("person:\"A B\"", true),
        ]
    );
    assert_eq!((rule.terms[4].field, rule.terms[4].words.as_str()), (Field::Person, "A B"));
}

#[test]
fn a_mistake_names_its_column_and_what_to_do() {
    for (text, column, message, suggestion) in [
        ("", 1, "empty", "AND"),
        ("Trump Putin", 7, "two terms", "\"Trump Putin\""),
        ("Trump and Putin", 7, "two terms", "AND in capitals"),
        ("Trump AND", 10, "missing at the end", ""),
        ("AND Trump", 1, "missing before this operator", "quotes"),
        ("(a OR b", 1, "not closed", "')'"),
        ("a) OR b", 2, "closes nothing", "no ')'"),
        ("() AND a", 2, "missing before this ')'", ""),
        ("a AND \"b c", 7, "is not closed", "second"),
        ("Özil NEAR b", 6, "NEAR needs", "NEAR/5"),
        ("a NEAR/101 b", 3, "0 to 100", "NEAR/5"),
        ("a NEAR/5 (b AND c)", 10, "both sides of NEAR", ""),
        ("lang:en NEAR/5 b", 1, "both sides of NEAR", ""),
        ("persons:putin", 1, "no field", "person:"),
        ("title: AND b", 1, "needs a word", "title:"),
        ("Put*", 1, "whole words", "OR"),
        ("a AND --", 7, "neither a letter nor a digit", ""),
        ("NOT a", 1, "under NOT", "AND NOT"),
    ] {
        let error = Rule::parse(text).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        let meant = error.suggestion.clone().unwrap_or_default();
        assert!(meant.contains(suggestion), "{text}: {meant}");
    }
}

#[test]
fn depth_is_bounded() {
    let deep = format!("{}a{}", "(".repeat(5000), ")".repeat(5000));
    assert!(Rule::parse(&deep).unwrap_err().message.contains("in each other"));
    assert!(Rule::parse(&"NOT ".repeat(5000)).is_err());
}

proptest! {
    #[test]
    fn no_rule_panics(text in "([a-zÖ(): \"*/0-9]|AND|OR|NOT|NEAR/2| |title:|“){0,40}") {
        match Rule::parse(&text) {
            Ok(rule) => prop_assert!(!rule.terms.is_empty()),
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.at) && !error.message.is_empty());
            }
        }
    }
}
