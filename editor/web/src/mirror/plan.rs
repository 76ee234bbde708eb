//! From egui's accessibility tree to a flat list of elements, in reading order. Pure, so that it is tested without a page.

use std::collections::HashMap;

use egui::accesskit::{Node, NodeId, Role, Toggled, TreeUpdate};

/// One element of the mirror.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    /// What egui calls it.
    pub(crate) id: NodeId,
    /// Its role in ARIA; empty for plain text.
    pub(crate) role: &'static str,
    /// Its name.
    pub(crate) name: String,
    /// What stands in it, where that is not its name.
    pub(crate) value: Option<String>,
    /// States, as attributes and their values.
    pub(crate) states: Vec<(&'static str, &'static str)>,
    /// Left, top, width and height in points.
    pub(crate) place: [f64; 4],
}

/// What there is to tell: everything with a name or a value, parents before children, as egui lists them.
pub(crate) fn plan(update: &TreeUpdate) -> Vec<Item> {
    let nodes: HashMap<NodeId, &Node> = update.nodes.iter().map(|(id, node)| (*id, node)).collect();
    let mut items = Vec::new();
    let Some(tree) = &update.tree else {
        return items;
    };
    let mut open = vec![tree.root];
    while let Some(id) = open.pop() {
        let Some(node) = nodes.get(&id) else {
            continue;
        };
        items.extend(item(id, node, &nodes));
        open.extend(node.children().iter().rev());
    }
    items
}

fn item(id: NodeId, node: &Node, nodes: &HashMap<NodeId, &Node>) -> Option<Item> {
    if node.is_hidden() || matches!(node.role(), Role::TextRun | Role::Caret) {
        return None;
    }
    let is_text = matches!(node.role(), Role::Label | Role::Paragraph);
    let own = if is_text { node.value() } else { node.label() };
    let name = own.map_or_else(|| label_of(node, nodes), str::to_owned);
    let value = node.value().filter(|_| !is_text).map(str::to_owned);
    let value = value.or_else(|| node.numeric_value().map(|number| number.to_string()));
    if name.is_empty() && value.is_none() {
        return None;
    }
    let bounds = node.bounds()?;
    Some(Item {
        id,
        role: role(node.role()),
        name,
        value,
        states: states(node),
        place: [bounds.x0, bounds.y0, bounds.width(), bounds.height()],
    })
}

/// The texts of what labels it.
fn label_of(node: &Node, nodes: &HashMap<NodeId, &Node>) -> String {
    let labels = node.labelled_by().iter().filter_map(|id| nodes.get(id));
    let texts = labels.filter_map(|label| label.value().or_else(|| label.label()));
    let texts: Vec<&str> = texts.chain(node.placeholder()).collect();
    texts
        .first()
        .map_or(String::new(), |first| match texts.len() {
            1 => (*first).to_owned(),
            _ => texts.join(" "),
        })
}

fn states(node: &Node) -> Vec<(&'static str, &'static str)> {
    let mut states = Vec::new();
    if let Some(toggled) = node.toggled() {
        let value = match toggled {
            Toggled::True => "true",
            Toggled::False => "false",
            Toggled::Mixed => "mixed",
        };
        let name = match node.role() {
            Role::CheckBox | Role::RadioButton | Role::Switch => "aria-checked",
            Role::Tab | Role::TreeItem | Role::ListItem | Role::ListBoxOption => "aria-selected",
            _ => "aria-pressed",
        };
        states.push((name, value));
    }
    let mut flag = |name, is: Option<bool>| {
        states.extend(is.map(|is| (name, if is { "true" } else { "false" })));
    };
    flag("aria-expanded", node.is_expanded());
    flag("aria-selected", node.is_selected());
    flag("aria-disabled", node.is_disabled().then_some(true));
    flag("aria-modal", node.is_modal().then_some(true));
    states
}

/// The ARIA role; what has none of its own is a group, so that its name is read.
const fn role(role: Role) -> &'static str {
    match role {
        Role::Label | Role::Paragraph => "",
        Role::Button | Role::DefaultButton | Role::DisclosureTriangle | Role::ColorWell => "button",
        Role::CheckBox => "checkbox",
        Role::RadioButton => "radio",
        Role::RadioGroup => "radiogroup",
        Role::Switch => "switch",
        Role::Link => "link",
        Role::TextInput
        | Role::MultilineTextInput
        | Role::PasswordInput
        | Role::NumberInput
        | Role::UrlInput => "textbox",
        Role::SearchInput => "searchbox",
        Role::ComboBox | Role::EditableComboBox => "combobox",
        Role::Slider => "slider",
        Role::SpinButton => "spinbutton",
        Role::ProgressIndicator => "progressbar",
        Role::Meter => "meter",
        Role::Image => "img",
        Role::Heading => "heading",
        Role::Tab => "tab",
        Role::TabList => "tablist",
        Role::TabPanel => "tabpanel",
        Role::Tree => "tree",
        Role::TreeItem => "treeitem",
        Role::List => "list",
        Role::ListItem => "listitem",
        Role::ListBox => "listbox",
        Role::ListBoxOption => "option",
        Role::Menu => "menu",
        Role::MenuBar => "menubar",
        Role::MenuItem => "menuitem",
        Role::MenuItemCheckBox => "menuitemcheckbox",
        Role::MenuItemRadio => "menuitemradio",
        Role::Dialog => "dialog",
        Role::AlertDialog => "alertdialog",
        Role::Alert => "alert",
        Role::Status => "status",
        Role::Log => "log",
        Role::Tooltip => "tooltip",
        Role::Toolbar => "toolbar",
        Role::Table => "table",
        Role::Row => "row",
        Role::Cell => "cell",
        Role::ColumnHeader => "columnheader",
        Role::Region | Role::Pane | Role::Window => "region",
        _ => "group",
    }
}

#[cfg(test)]
mod tests {
    use egui::accesskit::{Rect, TreeId, TreeInfo};

    use super::*;

    fn node(role: Role, label: &str, children: &[u64]) -> Node {
        let mut node = Node::new(role);
        if !label.is_empty() {
            node.set_label(label);
        }
        node.set_children(children.iter().map(|id| NodeId(*id)).collect::<Vec<_>>());
        node.set_bounds(Rect::new(1.0, 2.0, 11.0, 22.0));
        node
    }

    fn planned(nodes: Vec<(u64, Node)>) -> Vec<Item> {
        let nodes = nodes.into_iter().map(|(id, node)| (NodeId(id), node));
        plan(&TreeUpdate {
            nodes: nodes.collect(),
            tree: Some(TreeInfo::new(NodeId(0))),
            tree_id: TreeId::ROOT,
            focus: NodeId(0),
        })
    }

    #[test]
    fn named_elements_are_told_in_reading_order() {
        let items = planned(vec![
            (3, node(Role::Button, "Run", &[])),
            (0, node(Role::Window, "", &[1, 3])),
            (1, node(Role::GenericContainer, "", &[2])),
            (2, node(Role::TreeItem, "process read", &[])),
        ]);
        let told: Vec<_> = items
            .iter()
            .map(|item| (item.role, item.name.as_str()))
            .collect();
        assert_eq!(told, [("treeitem", "process read"), ("button", "Run")]);
        let near = |(one, other): (&f64, f64)| (one - other).abs() < 1e-9;
        assert!(items[0].place.iter().zip([1.0, 2.0, 10.0, 20.0]).all(near));
    }

    #[test]
    fn text_is_its_own_name_and_labels_name_what_they_stand_by() {
        let mut text = node(Role::Label, "", &[]);
        text.set_value("Path");
        let mut field = node(Role::TextInput, "", &[]);
        field.set_value("words.txt");
        field.set_labelled_by(vec![NodeId(1)]);
        let items = planned(vec![
            (0, node(Role::Window, "", &[1, 2])),
            (1, text),
            (2, field),
        ]);
        assert_eq!((items[0].role, items[0].name.as_str()), ("", "Path"));
        assert_eq!((items[1].role, items[1].name.as_str()), ("textbox", "Path"));
        assert_eq!(items[1].value.as_deref(), Some("words.txt"));
    }

    #[test]
    fn states_are_told_as_their_role_has_them() {
        let mut check = node(Role::CheckBox, "Snap", &[]);
        check.set_toggled(Toggled::True);
        let mut button = node(Role::Button, "Hold", &[]);
        button.set_toggled(Toggled::False);
        button.set_disabled();
        let items = planned(vec![
            (0, node(Role::Window, "", &[1, 2])),
            (1, check),
            (2, button),
        ]);
        assert_eq!(items[0].states, [("aria-checked", "true")]);
        assert_eq!(
            items[1].states,
            [("aria-pressed", "false"), ("aria-disabled", "true")]
        );
    }
}
