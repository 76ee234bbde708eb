//! The words and signs of the language.

use winnow::stream::ContainsToken;

use crate::span::Span;

/// One word or sign with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) span: Span,
    pub(crate) kind: TokenKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    /// A whole number; the parser knows whether a minus stands before it.
    Int(u64),
    Float(f64),
    Text(String),
    /// A name without quotes.
    Name(String),
    /// A name in backquotes.
    QuotedName(String),
    Mark(Mark),
}

/// Makes the enum of marks with their spellings.
macro_rules! marks {
    (words { $($word:ident $word_text:literal,)* } signs { $($sign:ident $sign_text:literal,)* }) => {
        /// Words that are no names, and signs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Mark { $($word,)* $($sign,)* }

        impl Mark {
            const WORDS: &'static [Self] = &[$(Self::$word,)*];
            /// Longer signs before those that they begin with.
            pub(super) const SIGNS: &'static [Self] = &[$(Self::$sign,)*];

            /// As it is written.
            pub(crate) const fn text(self) -> &'static str {
                match self { $(Self::$word => $word_text,)* $(Self::$sign => $sign_text,)* }
            }
        }
    };
}

marks! {
    words {
        And "and", Or "or", Not "not", In "in", Matches "matches", If "if", Then "then", Else "else",
        True "true", False "false", Null "null", It "it",
    }
    signs {
        Arrow "=>", Equal "==", Unequal "!=", LessOrEqual "<=", MoreOrEqual ">=", Coalesce "??", Less "<", More ">",
        Plus "+", Minus "-", Star "*", Slash "/", Percent "%", Dot ".", Comma ",", Colon ":",
        ParenOpen "(", ParenClose ")", BracketOpen "[", BracketClose "]", BraceOpen "{", BraceClose "}",
    }
}

impl Mark {
    /// The word of the language that is spelt so.
    pub(super) fn word(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|word| word.text() == text).copied()
    }
}

/// Words of other languages, and ours in capitals, with what was most likely meant.
pub(crate) fn keyword_meant(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    if let Some(word) = Mark::word(&lower).filter(|word| *word != Mark::It && word.text() != name) {
        return Some(word.text());
    }
    match name {
        "None" | "nil" | "undefined" => Some("null"),
        _ => None,
    }
}

pub(super) fn starts_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

pub(super) fn continues_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

impl TokenKind {
    /// How messages name it.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Int(int) => format!("the number {int}"),
            Self::Float(float) => format!("the number {float:?}"),
            Self::Text(_) => "a text".to_owned(),
            Self::Name(name) | Self::QuotedName(name) => format!("the name `{name}`"),
            Self::Mark(mark) => format!("`{}`", mark.text()),
        }
    }
}

impl ContainsToken<&Token> for Mark {
    fn contains_token(&self, token: &Token) -> bool {
        token.kind == TokenKind::Mark(*self)
    }
}
