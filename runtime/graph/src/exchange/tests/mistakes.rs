//! Texts that are no graphs: what is said, and where.

use insta::assert_snapshot;

use crate::exchange::{Case, ComponentMap, ImportFormat, ImportOptions, import};

fn refused(format: ImportFormat, text: &str) -> String {
    let options = ImportOptions {
        components: &ComponentMap::default(),
        spec_of: &|_| None,
        case: Case::Keep,
    };
    match import(format, text, &options) {
        Ok(imported) => panic!("{text} was read as {:?}", imported.graph),
        Err(error) => {
            let help = error.help.map_or(String::new(), |help| format!("; {help}"));
            format!("{}:{} {}{help}", error.line, error.column, error.message)
        }
    }
}

fn all(format: ImportFormat, texts: &[&str]) -> String {
    let lines = texts.iter().map(|text| {
        let shown: String = text.chars().take(60).collect();
        format!("{shown:?}\n  {}\n", refused(format, text))
    });
    lines.collect()
}

#[test]
fn fbp() {
    let texts = [
        "'never closed -> IN a(A)",
        "'goes nowhere'",
        "'x' -> ",
        "'x' -> IN 'y'",
        "a(A) OUT -> IN b(B) OUT",
        "a(A) OUT b(B)",
        "a(A) OUT IN b(B)",
        "a(A\nb(B)",
        "a(A) OUT[x] -> IN b(B)",
        "a(A) OUT[99999999999] -> IN b(B)",
        "a(A) OUT -> (0) IN b(B)",
        "a(A) OUT -> IN B*3(B)",
        "'foo' --> a(A)",
        "-> IN a(A)",
        "a(A)\n -> IN b(B)",
        "EXPORT=a.IN:FOO",
        "INPORT=a",
        "a(A) OUT -> IN b(B); c(C)",
        "{\"broken\": } -> IN a(A)",
        "99999999999999999999 -> IN a(A)",
        "a(A) X -> p q -> Y b(B)",
        "a(A) X -> IN[1] c[2] -> Y b(B)",
    ];
    assert_snapshot!(all(ImportFormat::Fbp, &texts), @r#"
    "'never closed -> IN a(A)"
      1:1 this quote is never closed; a quote inside the text is written \'
    "'goes nowhere'"
      1:1 this value goes nowhere; write `'value' -> PORT process`
    "'x' -> "
      1:8 an arrow must lead to a process; write `-> PORT process`
    "'x' -> IN 'y'"
      1:11 `'` cannot stand here; a clause ends with a comma, at the end of the line, or with `;`; special characters in names need a `\`
    "a(A) OUT -> IN b(B) OUT"
      1:21 no arrow leaves the port `OUT`; write `process PORT -> …`
    "a(A) OUT b(B)"
      1:6 no arrow leaves the port `OUT`; write `process PORT -> …`
    "a(A) OUT IN b(B)"
      1:1 there are too many names between two arrows; write `IN process OUT`, and an arrow before the next process
    "a(A\nb(B)"
      1:2 this bracket is never closed; write process(component)
    "a(A) OUT[x] -> IN b(B)"
      1:9 this is no number of an array element; write PORT[0], with a whole number up to 4294967295
    "a(A) OUT[99999999999] -> IN b(B)"
      1:9 this is no number of an array element; write PORT[0], with a whole number up to 4294967295
    "a(A) OUT -> (0) IN b(B)"
      1:13 0 is no capacity; a capacity is a whole number from 1 to 4294967295
    "a(A) OUT -> IN B*3(B)"
      1:17 `*` cannot stand here; a clause ends with a comma, at the end of the line, or with `;`; special characters in names need a `\`
    "'foo' --> a(A)"
      1:1 this value goes nowhere; write `'value' -> PORT process`
    "-> IN a(A)"
      1:1 an arrow must come from a process or a value; a clause that goes on in the next line ends with its arrow
    "a(A)\n -> IN b(B)"
      2:2 an arrow must come from a process or a value; a clause that goes on in the next line ends with its arrow
    "EXPORT=a.IN:FOO"
      1:1 `EXPORT` does not say which way packets go; write INPORT=process.PORT:NAME or OUTPORT=process.PORT:NAME
    "INPORT=a"
      1:9 `INPORT=` needs a port and a name for it; write process.PORT:NAME
    "a(A) OUT -> IN b(B); c(C)"
      1:22 the graph ended with the `;` before this; separate clauses by commas or lines
    "{\"broken\": } -> IN a(A)"
      1:1 this is no JSON value: expected value; text stands in single quotes
    "99999999999999999999 -> IN a(A)"
      1:1 this is no JSON value: the number 99999999999999999999 does not fit a 64-bit int; quote it to keep it as text; text stands in single quotes
    "a(A) X -> p q -> Y b(B)"
      1:11 which is the process, `p` or `q`?; name both ports: `IN process OUT`
    "a(A) X -> IN[1] c[2] -> Y b(B)"
      1:11 which is the process, `IN` or `c`?; name both ports: `IN process OUT`
    "#);
}

#[test]
fn json() {
    let texts = [
        "",
        "[]",
        "{\n  \"processes\": {\n    \"a\": { \"component\": 3 }\n  }\n}",
        "{ \"processes\": { \"a\": {}, \"a\": {} } }",
        "{ \"connections\": [\n  { \"data\": 1 }\n] }",
        "{ \"connections\": [ { \"tgt\": { \"process\": \"a\", \"port\": \"in\" } } ] }",
        "{ \"connections\": [ { \"src\": { \"process\": \"a\" }, \"tgt\": {} } ] }",
        "{ \"connections\": [ { \"data\": 99999999999999999999, \"tgt\": { \"process\": \"a\", \"port\": \"in\" } } ] }",
        "{ \"connections\": { } }",
        "{ \"connections\": [ { \"src\": { \"process\": \"a\", \"port\": \"out\", \"index\": -1 } } ] }",
        "{ \"processes\": {\n  \"a\" { } } }",
        "{ \"processes\": { \"a\": { \"metadata\": { \"millstream\": { \"on_error\": \"panic\" } } } } }",
        "{ \"caseSensitive\": \"yes\" }",
        "{} trailing",
    ];
    assert_snapshot!(all(ImportFormat::Json, &texts), @r#"
    ""
      1:1 the text ends inside a value
    "[]"
      1:1 expected an object { … }
    "{\n  \"processes\": {\n    \"a\": { \"component\": 3 }\n  }\n}"
      3:25 expected text
    "{ \"processes\": { \"a\": {}, \"a\": {} } }"
      1:29 the field `a` stands there twice
    "{ \"connections\": [\n  { \"data\": 1 }\n] }"
      2:3 this connection has no target (`tgt`); a connection has `tgt`, and `src` or `data`
    "{ \"connections\": [ { \"tgt\": { \"process\": \"a\", \"port\": \"in\" }"
      1:20 this connection has no source (`src`, or `data` for a value); a connection has `tgt`, and `src` or `data`
    "{ \"connections\": [ { \"src\": { \"process\": \"a\" }, \"tgt\": {} } "
      1:29 this end has no `port`
    "{ \"connections\": [ { \"data\": 99999999999999999999, \"tgt\": { "
      1:30 the number 99999999999999999999 does not fit a 64-bit int; quote it to keep it as text
    "{ \"connections\": { } }"
      1:18 expected a list [ … ]
    "{ \"connections\": [ { \"src\": { \"process\": \"a\", \"port\": \"out\","
      1:71 expected a whole number from 0 to 4294967295
    "{ \"processes\": {\n  \"a\" { } } }"
      2:7 expected `:`
    "{ \"processes\": { \"a\": { \"metadata\": { \"millstream\": { \"on_er"
      1:67 `panic` is no choice; one of fail, retry, dead_letter, skip
    "{ \"caseSensitive\": \"yes\" }"
      1:20 expected true or false
    "{} trailing"
      1:4 trailing characters
    "#);
}

#[test]
fn drawings() {
    let block = |inner: &str| {
        format!("<drawfbp_file>\n<net><blocks><block>{inner}</block></blocks></net></drawfbp_file>")
    };
    let arrow = |inner: &str| {
        format!("<net><blocks/><connections>\n<connection>{inner}</connection></connections></net>")
    };
    let texts = [
        String::new(),
        "<net>\n<desc>a \\< b & c</desc>\n<blocks></net>".to_owned(),
        "<svg/>".to_owned(),
        "<drawfbp_file/>".to_owned(),
        block(""),
        block("<id>1</id><x>one</x>"),
        block("<id>-1</id>"),
        block("<id>1</id><x>1</x><y>1</y><type>Q</type>"),
        block("<id>1</id><x>1</x><y>1</y></block><block><id>1</id><x>1</x><y>1</y>"),
        arrow("<id>1</id>"),
        arrow("<id>1</id><fromid>1</fromid><toid>2</toid><capacity>many</capacity>"),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_snapshot!(all(ImportFormat::Drw, &texts), @r#"
    ""
      1:1 this is no XML: the document does not have a root node
    "<net>\n<desc>a \\< b & c</desc>\n<blocks></net>"
      3:9 this is no XML: expected 'blocks' tag, not 'net'
    "<svg/>"
      1:1 `svg` is no drawing; a drawing begins with `drawfbp_file` or `net`
    "<drawfbp_file/>"
      1:1 this drawing has no `net`
    "<drawfbp_file>\n<net><blocks><block></block></blocks></net></"
      2:14 `block` has no `id`
    "<drawfbp_file>\n<net><blocks><block><id>1</id><x>one</x></blo"
      2:31 `x` is `one`, and should be a whole number
    "<drawfbp_file>\n<net><blocks><block><id>-1</id></block></bloc"
      2:14 the block has the number -1
    "<drawfbp_file>\n<net><blocks><block><id>1</id><x>1</x><y>1</y"
      2:14 `Q` is no type of a block; known are B, C, D, E, F, I, L, O, P and R
    "<drawfbp_file>\n<net><blocks><block><id>1</id><x>1</x><y>1</y"
      2:55 two blocks have the number 1
    "<net><blocks/><connections>\n<connection><id>1</id></connecti"
      2:1 `connection` has no `fromid`
    "<net><blocks/><connections>\n<connection><id>1</id><fromid>1<"
      2:55 `capacity` is `many`, and should be a whole number
    "#);
}

#[test]
fn formats_are_told_by_name_or_content() {
    let guess = ImportFormat::guess;
    assert_eq!(guess("a/b.FBP", ""), Some(ImportFormat::Fbp));
    assert_eq!(guess("x.json", "<net/>"), Some(ImportFormat::Json));
    assert_eq!(
        guess("<stdin>", " {\"processes\": {}}"),
        Some(ImportFormat::Json)
    );
    assert_eq!(
        guess("x.txt", "<?xml version=\"1.0\"?>"),
        Some(ImportFormat::Drw)
    );
    assert_eq!(guess("x", "a(A) -> b(B)"), Some(ImportFormat::Fbp));
    assert_eq!(guess("x", "hello"), None);
}

#[test]
fn words_of_json_are_values_unless_a_process_has_that_name() {
    let options = ImportOptions {
        components: &ComponentMap::default(),
        spec_of: &|_| None,
        case: Case::AsTheFileSays,
    };
    let text = "true -> FLAG a(x/A), null(x/B) OUT -> IN a";
    let graph = import(ImportFormat::Fbp, text, &options).unwrap().graph;
    assert_eq!(graph.processes["a"].iips.len(), 1);
    assert_eq!(graph.connectors[0].from.to_string(), "null.out");
}
