//! The codes of findings: one table, with a long text for `millstream explain` each.
//!
//! Codes are a contract: scripts and people refer to them. A code that is no longer found stays in the table.

use std::fmt;
use std::str::FromStr;

use crate::check::finding::Severity;

/// Makes the enum and its table from one list.
macro_rules! codes {
    ($($number:literal $name:ident $severity:ident $title:literal,)*) => {
        /// Which rule found something.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// All codes in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as people write it: `MS0101`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => concat!("MS", $number),)* }
            }

            /// What the rule is about; one line.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// How bad its findings are; a rule may find milder cases.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// What it means, why it matters, an example and how to fix it; Markdown.
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("explain/MS", $number, ".md")),)* }
            }
        }
    };
}

codes! {
    "0101" UnknownComponent Error "A process names a component that is not known.",
    "0102" NoComponent Error "A process has no component.",
    "0103" UnknownProcess Error "A connector or export names a process that is not in the graph.",
    "0104" UnknownPort Error "A port is named that the component does not have.",
    "0105" MissingPort Error "A required port has neither value nor connector.",
    "0106" TwoReaders Error "Two connectors leave one out-port.",
    "0107" ValueAndConnector Error "An in-port has a value and a connector.",
    "0108" NotAnArray Error "An element of a port is named that is no array port.",
    "0109" NoElement Error "An array port is connected without saying which element.",
    "0110" ElementGap Hint "Elements of an array port are left out.",
    "0111" TypeMismatch Error "Two ports are connected whose types do not fit.",
    "0112" BadValue Error "A value does not suit its port.",
    "0113" CycleCannotStart Error "The processes of a cycle wait for each other before the first packet.",
    "0114" CycleCannotDrain Warning "The processes of a cycle wait for each other to end.",
    "0115" DiamondMayBlock Warning "Branches that meet again may block at these capacities.",
    "0116" Unreachable Warning "A process never gets a packet.",
    "0117" OpaqueCrossesWorkers Error "A Rust value would have to leave its worker.",
    "0118" SubgraphRecursion Error "A subgraph contains itself.",
    "0119" NoBrackets Hint "Brackets are removed where none arrive.",
    "0120" LettersGoNowhere Error "Failed packets are to go to `error`, and nothing is connected there.",
    "0121" Replicas Error "A process is to run in several copies.",
    "0122" NoSubgraph Error "The file of a subgraph cannot be opened.",
    "0123" UnknownMember Warning "A group or the layout names a process that is not in the graph.",
    "0124" Unsavable Error "A value cannot be saved.",
    "0125" PackageNotListed Warning "A component's package has no version in `packages`.",
    "0126" BadText Error "A text of a setting has a mistake in it.",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Text that is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no code; codes look like MS0101")]
pub struct UnknownCode(String);

/// Reads `MS0101`, `ms0101` or `101`.
impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let upper = text.trim().to_ascii_uppercase();
        let digits = upper.strip_prefix("MS").unwrap_or(&upper);
        let name = format!("MS{digits:0>4}");
        Self::ALL
            .iter()
            .find(|code| code.name() == name)
            .copied()
            .ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn every_code_reads_back_and_is_explained() {
        for &code in Code::ALL {
            assert_eq!(code.name().parse(), Ok(code));
            assert!(code.title().ends_with('.'), "{code}");
            let text = code.explanation();
            assert!(text.contains("```ron"), "{code} has no example");
            assert!(text.contains("## Fix"), "{code} says not how to fix it");
        }
        assert_eq!("101".parse(), Ok(Code::UnknownComponent));
        assert!("MS9999".parse::<Code>().is_err());
        assert!("".parse::<Code>().is_err());
    }
}
