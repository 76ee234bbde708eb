//! Lines of limited width: a block stands on one line where it fits, else its items take a line each.

/// Lines are at most this long where that is possible, in characters.
const WIDTH_MAX: usize = 120;
const INDENT: usize = 4;

/// Text to be laid out.
pub(super) enum Piece {
    /// Stays whole.
    Text(String),
    /// May be broken over several lines.
    Block(Block),
}

/// Items in brackets; an item is a prefix (a key, a field's name) and what follows it.
pub(super) struct Block {
    open: String,
    items: Vec<(String, Piece)>,
    close: char,
    /// Whether blanks stand inside the brackets: `{ "a": 1 }`.
    spaced: bool,
    /// Characters on one line.
    width: usize,
}

impl Block {
    pub(super) fn new(
        open: String,
        items: Vec<(String, Piece)>,
        close: char,
        spaced: bool,
    ) -> Self {
        let content: usize = items
            .iter()
            .map(|(prefix, piece)| width(prefix) + piece.width())
            .sum();
        let separators = 2 * items.len().saturating_sub(1);
        let blanks = if spaced && !items.is_empty() { 2 } else { 0 };
        Self {
            width: width(&open) + content + separators + blanks + 1,
            open,
            items,
            close,
            spaced,
        }
    }
}

impl Piece {
    fn width(&self) -> usize {
        match self {
            Self::Text(text) => width(text),
            Self::Block(block) => block.width,
        }
    }
}

/// Characters on one line; what has lines of its own fits on none.
fn width(text: &str) -> usize {
    if text.contains('\n') {
        WIDTH_MAX
    } else if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    }
}

/// Prints an item with a comma behind it, on lines of its own.
pub(super) fn print(out: &mut String, prefix: &str, piece: &Piece, indent: usize) {
    push_indent(out, indent);
    out.push_str(prefix);
    match piece {
        Piece::Block(block)
            if !block.items.is_empty() && indent + width(prefix) + block.width + 1 > WIDTH_MAX =>
        {
            out.push_str(&block.open);
            out.push('\n');
            for (prefix, piece) in &block.items {
                print(out, prefix, piece, indent + INDENT);
            }
            push_indent(out, indent);
            out.push(block.close);
        }
        piece => flat(out, piece),
    }
    out.push_str(",\n");
}

/// Prints a piece on one line.
pub(super) fn flat(out: &mut String, piece: &Piece) {
    let block = match piece {
        Piece::Text(text) => return out.push_str(text),
        Piece::Block(block) => block,
    };
    out.push_str(&block.open);
    let blank = if block.spaced && !block.items.is_empty() {
        " "
    } else {
        ""
    };
    out.push_str(blank);
    for (at, (prefix, piece)) in block.items.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        out.push_str(prefix);
        flat(out, piece);
    }
    out.push_str(blank);
    out.push(block.close);
}

pub(super) fn push_indent(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}
