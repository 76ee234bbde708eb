//! The graphs that come with the editor, to be opened from the first screen.

/// A graph that comes with the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Example {
    /// Its name as a tab.
    pub(crate) name: &'static str,
    /// What one sees in it.
    pub(crate) title: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) text: &'static str,
}

/// The one that runs at a click: long enough to watch, with a process that is too slow.
pub(crate) const SAMPLE: Example = Example {
    name: "sample",
    title: "Run the sample",
    summary: "Six processes and a slow one: see where back-pressure starts.",
    text: include_str!("example/sample.ron"),
};

/// The others.
pub(crate) const ALL: [Example; 5] = [
    Example {
        name: "hello",
        title: "Hello",
        summary: "The smallest graph that does something.",
        text: include_str!("../../../graphs/hello.ron"),
    },
    Example {
        name: "back-pressure",
        title: "Back-pressure",
        summary: "A fast source waits for a slow reader.",
        text: include_str!("../../../graphs/back-pressure.ron"),
    },
    Example {
        name: "fan-out",
        title: "Fan-out",
        summary: "Work shared among workers of different speed.",
        text: include_str!("../../../graphs/fan-out.ron"),
    },
    Example {
        name: "failure",
        title: "Failure",
        summary: "How a run ends when a process fails.",
        text: include_str!("../../../graphs/failure.ron"),
    },
    Example {
        name: "deadlock",
        title: "Deadlock",
        summary: "Two branches that wait for each other.",
        text: include_str!("../../../graphs/deadlock.ron"),
    },
];

#[cfg(test)]
mod tests {
    use millstream_graph::Severity;

    use super::{ALL, SAMPLE};
    use crate::testing::document;

    #[test]
    fn examples_open_and_run_on_every_machine() {
        for example in ALL.into_iter().chain([SAMPLE]) {
            let mut document = document(example.text);
            document.check();
            let errors = document.problems().count(Severity::Error);
            assert_eq!(errors, 0, "{}: {:?}", example.name, document.problems());
            assert_eq!(document.graph().name, example.name);
            assert!(
                !example.text.contains("file/"),
                "{} needs a file",
                example.name
            );
        }
    }
}
